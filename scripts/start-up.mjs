// What the bundles are spared at start: esbuild plugins, each with what it saves. Where a library has changed so that one
// no longer applies, the build fails.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/** @typedef {import("esbuild").Plugin} Plugin */

/**
 * Built-ins that only some commands call, and then late. Their functions load them when first called.
 * @type {Plugin}
 */
export const lazyBuiltIns = {
  name: "built-ins when they are called",
  setup({ onResolve, onLoad }) {
    const lazy = /^(node:)?(child_process|crypto|fs\/promises|os|timers\/promises|tty)$/;
    onResolve({ filter: lazy }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "lazy", sideEffects: false } : null,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => {
      const builtIn = /** @type {Record<string, unknown>} */ (createRequire(import.meta.url)(path));
      const functions = Object.keys(builtIn).filter(
        (name) => /^[a-z]/.test(name) && typeof builtIn[name] === "function",
      );
      const load = `let loaded; const load = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(path)}));`;
      const constants =
        builtIn.constants === undefined ? "" : `export const constants = ${JSON.stringify(builtIn.constants)};`;
      return {
        contents: [
          load,
          constants,
          ...functions.map((name) => `export const ${name} = (...given) => load().${name}(...given);`),
        ].join("\n"),
      };
    });
  },
};

/**
 * The SQLite driver's JavaScript, a dozen files, becomes part of the bundle; its native part stays where it was installed,
 * and loads when a store is opened. Both are of one version: package.json names it exactly.
 * @type {Plugin}
 */
export const bundledSqlite = {
  name: "SQLite's JavaScript in the bundle",
  setup({ onLoad, onResolve }) {
    const native = "better-sqlite3/build/Release/better_sqlite3.node";
    onResolve({ filter: /\.node$/ }, ({ path }) => (path === native ? { path, external: true } : null));
    onLoad({ filter: /better-sqlite3\/lib\/database\.js$/ }, ({ path }) =>
      edited(path, [["('bindings')('better_sqlite3.node')", `('${native}')`]]),
    );
  },
};

/**
 * The command-line library would open stdin, stdout and stderr for a default context that runa never uses, and load what
 * knows terminals and asynchronous contexts; it brings a variant without these.
 * @type {Plugin}
 */
export const noDefaultContext = {
  name: "no default context",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\.\/platform$/ }, ({ importer, resolveDir }) =>
      /clipanion\/lib\/advanced\/Cli\.mjs$/.test(importer)
        ? { path: join(resolveDir, "../platform/browser.mjs") }
        : null,
    );
    onLoad({ filter: /clipanion\/lib\/advanced\/Cli\.mjs$/ }, ({ path }) =>
      edited(path, [
        ["stdin: process.stdin", "stdin: undefined"],
        ["stdout: process.stdout", "stdout: undefined"],
        ["stderr: process.stderr", "stderr: undefined"],
        ["colorDepth: getDefaultColorDepth()", "colorDepth: 1"],
      ]),
    );
  },
};

/**
 * Names that come through the index of a package are imported from the file that makes them. Through the index everything
 * that it exports would be evaluated at every start, because the bundler tells only files apart.
 * @type {Plugin}
 */
export const withoutIndexes = {
  name: "no indexes of packages",
  setup({ onLoad, initialOptions: { absWorkingDir: root = "" } }) {
    const IMPORT = /^(import|export) \{([^}]*)\} from "([^"]+)";$/gm;
    const names = (/** @type {string} */ list) =>
      list.split(",").flatMap((item) => {
        const [, name, as] = /^\s*(?!type )([\w$]+)(?: as ([\w$]+))?\s*$/.exec(item) ?? [];
        return name === undefined ? [] : [{ name, as: as ?? name }];
      });
    /** @type {Map<string, Promise<Map<string, { file: string, name: string }>>>} */
    const indexes = new Map();
    /** What an index exports, by name: the file that makes it, and its name there. */
    const exportsOf = (/** @type {string} */ directory) => {
      const known = indexes.get(directory) ?? readIndex(directory);
      indexes.set(directory, known);
      return known;
    };
    const readIndex = async (/** @type {string} */ directory) => {
      const made = new Map();
      for (const [, , list = "", from = ""] of (await readFile(join(directory, "index.ts"), "utf8")).matchAll(IMPORT))
        for (const { name, as } of names(list))
          made.set(as, from.startsWith("@runa/") ? await origin(from, name) : { file: join(directory, from), name });
      return made;
    };
    const origin = async (/** @type {string} */ from, /** @type {string} */ name) => {
      const found = (await exportsOf(join(root, from.slice("@runa/".length), "src"))).get(name);
      if (found === undefined) throw new Error(`${from} does not export ${name}`);
      return found;
    };
    onLoad({ filter: /\/(cli|engine|mcp)\/src\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      let contents = source;
      for (const [statement, kind, list = "", from = ""] of source.matchAll(IMPORT)) {
        if (!from.startsWith("@runa/")) continue;
        const lines = names(list).map(async ({ name, as }) => {
          const { file, name: there } = await origin(from, name);
          return `${kind} { ${there} as ${as} } from ${JSON.stringify(file)};`;
        });
        contents = contents.replace(statement, (await Promise.all(lines)).join(""));
      }
      return { contents, loader: "ts" };
    });
  },
};

/** @param {string} path @param {readonly [string, string][]} changes */
async function edited(path, changes) {
  let contents = await readFile(path, "utf8");
  for (const [from, to] of changes) {
    if (contents.split(from).length !== 2) throw new Error(`${path} does not hold exactly one ${from}`);
    contents = contents.replace(from, () => to);
  }
  return { contents };
}
