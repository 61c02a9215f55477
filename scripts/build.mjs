// Bundles the three programs into dist/. Each is one entry file with what every start needs; what is heavy lies in chunks
// that are loaded when first used. The native part of better-sqlite3 stays a dependency.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { bundledSqlite, lazyBuiltIns, noDefaultContext } from "./start-up.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const programs = { "runa-mcp": "mcp/src/main.ts", "runa-agent": "agent/src/main.ts" };

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  chunkNames: "chunks/[name]-[hash]",
  // Where a package has both, its ES module: UMD hides its imports from the bundler.
  mainFields: ["module", "main"],
  alias: {
    // The SDK's own schema validator is never asked: runa judges artifacts itself.
    "@modelcontextprotocol/server/_shims": "./mcp/src/no-schema-validator.ts",
    // Its ES modules, of which only what is used is bundled; its package.json does not name them.
    clipanion: "clipanion/lib/advanced/index.mjs",
  },
  // Graphviz asks where it lies, which CommonJS does not tell, and does without.
  define: { RUNA_VERSION: JSON.stringify(version), "import.meta.url": "undefined" },
  loader: { ".bash": "text", ".zsh": "text", ".fish": "text" },
  legalComments: "linked",
  logLevel: "warning",
  write: false,
};
const plugins = [lazyBuiltIns, bundledSqlite, noDefaultContext];
const bundles = await Promise.all([
  build({ ...common, plugins, splitting: true, entryPoints: { ...programs, "chunks/cli": "cli/src/cli.ts" } }),
  // By itself, because of what is split even the smallest entry loads the shared beginnings.
  build({
    ...common,
    entryPoints: { runa: "cli/src/main.ts" },
    plugins: [lazyBuiltIns, { name: "the rest when it is needed", setup: theRest }],
  }),
]);
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "chunks"), { recursive: true });
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
const start = (await transform(`{${readFileSync(join(root, "scripts/program-start.cjs"), "utf8")}}`, { minify: true }))
  .code;
await Promise.all(bundles.flatMap(({ outputFiles }) => outputFiles).map(emit));

async function emit(/** @type {import("esbuild").OutputFile} */ { path, text }) {
  if (!path.endsWith(".js")) return writeFileSync(path, text);
  const code = await commonJs(text);
  if (dirname(path) !== dist) return writeFileSync(path, code);
  writeFileSync(path, `#!/usr/bin/env node\n${start}${code}`, { mode: 0o755 });
}

/** Node loads the same code faster as CommonJS than as ES modules, and never starts the loader of these. */
async function commonJs(/** @type {string} */ text) {
  // `import()` becomes a `require` as well: the real one would start the loader of ES modules.
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20",
    minify: true,
    supported: { "dynamic-import": false },
    logLevel: "warning",
  });
  return code;
}

/** The command line proper is a chunk, loaded when more is asked for than the version. */
function theRest(/** @type {import("esbuild").PluginBuild} */ { onResolve }) {
  onResolve({ filter: /^\.\/cli\.ts$/ }, () => ({ path: "./chunks/cli.js", external: true }));
}
