import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";

/** The floors of the house: which of its packages each one may know. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  store: [],
  engine: ["@runa/store"],
  mcp: ["@runa/engine"],
  cli: ["@runa/engine"],
  agent: [],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

/** The ways to import, with what is imported; the first two only where a statement can begin. */
const STATEMENTS = [
  /^\s*(?:import|export)\b[^"';]*\bfrom\s*["']([^"'\n]+)["']/gm,
  /^\s*import\s*["']([^"'\n]+)["']/gm,
  /\b(?:import|require)\(\s*["']([^"'\n]+)["']/g,
];

/** Every import, re-export and `require` below a directory of the checkout. */
function importsOf(directory: string): Import[] {
  const at = join(CHECKOUT, directory);
  if (!existsSync(at)) return [];
  const files = readdirSync(at, { recursive: true, encoding: "utf8" }).filter((file) => /\.m?[jt]s$/.test(file));
  return files.flatMap((name) => {
    const file = join(at, name);
    const text = readFileSync(file, "utf8");
    const found = STATEMENTS.flatMap((statement) => [...text.matchAll(statement)]);
    return found.map(([, target = ""]) => ({ file, target }));
  });
}

/** The package that an import names; nothing for a file or a part of Node. */
function packageOf(target: string): string | undefined {
  if (target.startsWith(".") || isBuiltin(target)) return undefined;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

interface Manifest {
  readonly name: string;
  /** The file behind each entry, by its path below the package. */
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(CHECKOUT, directory, "package.json"), "utf8")) as Manifest;
}

/** What can be imported from a package. */
function entriesOf(directory: string): string[] {
  return Object.keys(manifestOf(directory).exports ?? {}).map((entry) => `@runa/${directory}${entry.slice(1)}`);
}

const packagesIn = (directories: readonly string[]) =>
  new Set(directories.flatMap(importsOf).flatMap(({ target }) => packageOf(target) ?? []));

describe.each(Object.entries(FLOORS))("the package %s", (name, known) => {
  const imports = importsOf(`${name}/src`);
  const { dependencies = {}, devDependencies = {} } = manifestOf(name);

  test("knows the floor below it and no other", () => {
    expect(imports.length).toBeGreaterThan(10);
    const own = [...packagesIn([`${name}/src`])].filter((target) => target.startsWith("@runa/"));
    expect(own.sort()).toEqual([...known]);
  });

  test("is entered through what its package.json names: no other path leads into it, none out of it", () => {
    const source = join(CHECKOUT, name, "src");
    const outside = imports.filter(
      ({ file, target }) => target.startsWith(".") && relative(source, resolve(dirname(file), target)).startsWith(".."),
    );
    const deep = imports.filter(
      ({ target }) => /^@runa\/[^/]+\//.test(target) && !entriesOf(target.split("/")[1] ?? "").includes(target),
    );
    expect([...outside, ...deep]).toEqual([]);
  });

  test("declares what it imports, and nothing that it does not", () => {
    const used = packagesIn([`${name}/src`]);
    // What a dependency asks its user to bring along is used through it.
    const peers = [...used].flatMap((target) =>
      Object.keys(target.startsWith("@runa/") ? {} : (manifestOf(`node_modules/${target}`).peerDependencies ?? {})),
    );
    expect([...used].filter((target) => !(target in dependencies))).toEqual([]);
    expect(Object.keys(dependencies).filter((target) => !used.has(target) && !peers.includes(target))).toEqual([]);
    const tried = packagesIn([`${name}/test`]);
    const declared = { ...dependencies, ...devDependencies, [`@runa/${name}`]: "" };
    expect([...tried].filter((target) => !(target in declared))).toEqual([]);
    expect(Object.keys(devDependencies).filter((target) => !tried.has(target))).toEqual([]);
  });
});

test("what runs beside the packages is declared at the top", () => {
  const { dependencies = {}, devDependencies = {} } = manifestOf(".");
  const used = packagesIn(["tests", "scripts", "bench"]);
  expect([...used].filter((target) => !(target in dependencies) && !(target in devDependencies))).toEqual([]);
});

/** The names between the braces of each import from a package, static or awaited, or of each export. */
function namesIn(texts: readonly string[], form: RegExp): string[] {
  return texts
    .flatMap((text) => [...text.matchAll(form)])
    .flatMap(([, names = ""]) => names.split(","))
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type /, "")
          .split(/ as |: /, 1)[0] ?? "",
    )
    .filter((name) => name !== "");
}

/** Every TypeScript file of some directories, as text. */
function textsOf(directories: readonly string[]): string[] {
  return directories.flatMap((directory) => {
    const at = join(CHECKOUT, directory);
    if (!existsSync(at)) return [];
    const files = readdirSync(at, { recursive: true, encoding: "utf8" }).filter((file) => /\.m?[jt]s$/.test(file));
    return files.map((file) => readFileSync(join(at, file), "utf8"));
  });
}

/** More names than these cannot be looked through. */
const MAX_NAMES = 60;

const ENTRIES = ["store", "engine"].flatMap((name) =>
  Object.entries(manifestOf(name).exports ?? {}).map(([entry, file]) => ({
    name,
    entry: `@runa/${name}${entry.slice(1)}`,
    file: join(CHECKOUT, name, file),
  })),
);

describe.each(ENTRIES)("$entry", ({ name, entry, file }) => {
  const exported = namesIn([readFileSync(file, "utf8")], /export (?:type )?\{([^}]*)\}/g);

  test(`exports at most ${MAX_NAMES} names`, () => {
    expect(exported.length).toBeGreaterThan(5);
    expect(exported.length).toBeLessThanOrEqual(MAX_NAMES);
    expect(readFileSync(file, "utf8")).not.toContain("export *");
  });

  test("exports nothing that no neighbour uses", () => {
    const others = Object.keys(FLOORS).filter((other) => other !== name);
    const neighbours = textsOf(others.flatMap((other) => [`${other}/src`, `${other}/test`]));
    const used = new Set([
      ...namesIn(neighbours, new RegExp(`\\{([^{}]*)\\}\\s*from\\s*"${entry}"`, "g")),
      ...namesIn(neighbours, new RegExp(`\\{([^{}]*)\\}\\s*=\\s*await import\\("${entry}"\\)`, "g")),
      // Several loaded at once: `const [{ ... }, { ... }] = await Promise.all([import(...), ...])`.
      ...namesIn(
        neighbours.filter((text) => text.includes(`("${entry}"),`)),
        /[[,]\s*\{([^{}]*)\}(?=[^=;]*\] = await Promise\.all)/g,
      ),
    ]);
    expect(exported.filter((exportedName) => !used.has(exportedName))).toEqual([]);
  });
});

test("no name is exported twice by a package", () => {
  for (const name of ["store", "engine"]) {
    const files = ENTRIES.filter((entry) => entry.name === name).map(({ file }) => readFileSync(file, "utf8"));
    const names = namesIn(files, /export (?:type )?\{([^}]*)\}/g);
    expect(names.filter((one, index) => names.indexOf(one) !== index)).toEqual([]);
  }
});
