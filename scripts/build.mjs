// Bundles the three programs into dist/. Each is one entry file with what every start needs; what is heavy lies in chunks
// that are loaded when first used. better-sqlite3 is native and stays a dependency.
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const programs = { runa: "cli/src/main.ts", "runa-mcp": "mcp/src/main.ts", "runa-agent": "agent/src/main.ts" };

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: programs,
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  keepNames: true,
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
});
for (const name of Object.keys(programs)) chmodSync(new URL(`../dist/${name}.js`, import.meta.url), 0o755);
