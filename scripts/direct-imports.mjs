// Packages import from each other by subject, through files that only hand names on (`src/entries/*.ts`, `src/index.ts`). The
// bundler counts whatever such a file names as needed by everyone who imports one name of it, so that a command would evaluate
// most of the engine. Here each name is imported from the file that makes it.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** @typedef {{ name: string, as: string }} Named */

/**
 * @param {string} root
 * @returns {import("esbuild").Plugin}
 */
export function directImports(root) {
  const entries = new Map(
    ["engine", "store"].flatMap((name) => {
      const { exports } = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8"));
      return Object.entries(exports).map(([entry, file]) => [`@runa/${name}${entry.slice(1)}`, join(root, name, file)]);
    }),
  );
  const handingOn = new Set(entries.values());
  /** @type {Map<string, Map<string, { file: string, name: string }>>} */
  const known = new Map();

  /** What an entry hands on: by its name there, the file that makes it, and its name in that file. */
  function handedOn(/** @type {string} */ entry) {
    let names = known.get(entry);
    if (names === undefined) {
      names = new Map();
      for (const [, , type, list = "", from = ""] of readFileSync(entry, "utf8").matchAll(statement("export"))) {
        const file = entries.get(from) ?? resolve(dirname(entry), from);
        if (type === undefined)
          for (const { name, as } of valuesOf(list))
            names.set(as, handingOn.has(file) ? made(file, name) : { file, name });
      }
      known.set(entry, names);
    }
    return names;
  }

  function made(/** @type {string} */ entry, /** @type {string} */ name) {
    const found = handedOn(entry).get(name);
    if (found === undefined) throw new Error(`${entry} does not hand on ${name}`);
    return found;
  }

  const direct = (/** @type {string} */ word, /** @type {string} */ entry, /** @type {Named[]} */ names) =>
    names
      .map(({ name, as }) => {
        const { file, name: own } = made(entry, name);
        return `${word} { ${own} as ${as} } from ${JSON.stringify(file)};`;
      })
      .join(" ");

  return {
    name: "imports from the files that make the names",
    setup({ onLoad }) {
      onLoad({ filter: /\/(cli|mcp|engine)\/src\/.*\.ts$/ }, async ({ path }) => ({
        loader: "ts",
        contents: (await readFile(path, "utf8")).replace(
          statement("import|export"),
          (whole, /** @type {string} */ word, type, list, from) => {
            const entry = entries.get(from);
            return entry === undefined || type !== undefined ? whole : direct(word, entry, valuesOf(list));
          },
        ),
      }));
    },
  };
}

/** An import or export of names from another file, as the formatter writes it. */
function statement(/** @type {string} */ word) {
  return new RegExp(`^(${word}) (type )?\\{([^}]*)\\} from "([^"]+)";`, "gm");
}

/** The names in braces that are no types. @returns {Named[]} */
function valuesOf(/** @type {string} */ list) {
  return list
    .split(",")
    .map((one) => one.replace(/\/\*.*?\*\//gs, "").trim())
    .filter((one) => one !== "" && !one.startsWith("type "))
    .map((one) => {
      const [name = "", as = name] = one.split(" as ");
      return { name, as };
    });
}
