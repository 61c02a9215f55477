// Bundles the three programs into dist/. Each is one entry file with what every start needs; what is heavy lies in chunks
// that are loaded when first used. better-sqlite3 is native and stays a dependency.
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const programs = { "runa-mcp": "mcp/src/main.ts", "runa-agent": "agent/src/main.ts" };

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  chunkNames: "chunks/[name]-[hash]",
  // Where a package has both, its ES module: UMD hides its imports from the bundler.
  mainFields: ["module", "main"],
  external: ["better-sqlite3"],
  // The SDK's own schema validator is never asked: runa judges artifacts itself.
  alias: { "@modelcontextprotocol/server/_shims": "./mcp/src/no-schema-validator.ts" },
  define: { RUNA_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages still call `require`.
  banner: {
    js: '#!/usr/bin/env node\nimport{createRequire as runaRequire}from"node:module";const require=runaRequire(import.meta.url);',
  },
  legalComments: "linked",
  logLevel: "warning",
};
await build({ ...common, splitting: true, entryPoints: { ...programs, "chunks/cli": "cli/src/cli.ts" } });
// By itself, because of what is split even the smallest entry loads the shared beginnings.
await build({
  ...common,
  entryPoints: { runa: "cli/src/main.ts" },
  plugins: [{ name: "the rest when it is needed", setup: theRest }],
});
for (const name of ["runa", ...Object.keys(programs)]) chmodSync(new URL(`../dist/${name}.js`, import.meta.url), 0o755);

/** The command line proper is a chunk, loaded when more is asked for than the version. */
function theRest(/** @type {import("esbuild").PluginBuild} */ { onResolve }) {
  onResolve({ filter: /^\.\/cli\.ts$/ }, () => ({ path: "./chunks/cli.js", external: true }));
}
