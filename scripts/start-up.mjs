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
    const lazy = /^(node:)?(child_process|crypto|fs\/promises|os|timers\/promises|tty|zlib)$/;
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

/** @param {string} path @param {readonly [string, string][]} changes */
async function edited(path, changes) {
  let contents = await readFile(path, "utf8");
  for (const [from, to] of changes) {
    if (contents.split(from).length !== 2) throw new Error(`${path} does not hold exactly one ${from}`);
    contents = contents.replace(from, () => to);
  }
  return { contents };
}
