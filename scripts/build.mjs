// Bundles the three programs into dist/. Each is one entry file with what every start needs; the commands, the server and the
// engine are a file each, and what is heavy lies in chunks that are loaded when first used. The native part of better-sqlite3 stays a dependency.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { directImports } from "./direct-imports.mjs";
import { joined } from "./joined.mjs";
import { bundledSqlite, lazyBuiltIns, noDefaultContext } from "./start-up.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

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
const [CLI, SERVER] = ["cli/src/cli.ts", "mcp/src/serve-protocol.ts"];
const plugins = [directImports(root), lazyBuiltIns, bundledSqlite, noDefaultContext];
/** What the smallest start of a program needs; the rest is a file that it loads. */
const STARTS = {
  runa: { source: "cli/src/main.ts", rest: "./cli.ts", file: "core" },
  "runa-mcp": { source: "mcp/src/main.ts", rest: "./serve-protocol.ts", file: "server" },
};
const [split, agent, ...starts] = await Promise.all([
  build({
    ...common,
    // Both come when the chunks are joined.
    minify: false,
    legalComments: "inline",
    plugins,
    splitting: true,
    metafile: true,
    entryPoints: { "chunks/cli": CLI, "chunks/server": SERVER },
  }),
  build({ ...common, plugins, splitting: true, entryPoints: { "runa-agent": "agent/src/main.ts" } }),
  // By themselves, because of what is split even the smallest entry loads the shared beginnings.
  ...Object.entries(STARTS).map(([name, { source, rest, file }]) =>
    build({
      ...common,
      entryPoints: { [name]: source },
      plugins: [lazyBuiltIns, { name: "the rest when it is needed", setup: theRest(rest, file) }],
    }),
  ),
]);
const commandLine = Object.keys(split.metafile.inputs).filter((path) =>
  /^cli\/src\/(cli|commands\/[^/]+)\.ts$/.test(path),
);
const parts = await joined(split, {
  root,
  directory: join(dist, "chunks"),
  groupOf,
  entries: { core: { name: "main", source: CLI }, server: { name: "serveProtocol", source: SERVER } },
  options: { ...common, format: "cjs", supported: { "dynamic-import": false } },
});
const files = await Promise.all(
  [...parts, ...[agent, ...starts].flatMap(({ outputFiles }) => outputFiles)].map(async ({ path, text }) => ({
    path,
    text: parts.some((part) => part.path === path) || !path.endsWith(".js") ? text : await commonJs(text),
  })),
);
const hash = createHash("sha256");
for (const { path, text } of files) hash.update(`${relative(dist, path)}\0${text}\0`);
const start = await programStart(hash.digest("hex").slice(0, 16));
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "chunks"), { recursive: true });
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
for (const { path, text } of files) {
  if (!path.endsWith(".js")) writeFileSync(path, text);
  else if (dirname(path) !== dist) writeFileSync(path, `(function(exports,require,module){${text}\n})\n`);
  else writeFileSync(path, `#!/usr/bin/env node\n${start}((require) => {${text}})(load);\n`, { mode: 0o755 });
}

/**
 * The file that a chunk becomes part of: what the server does, or what the commands start with, and the engine with it.
 * @type {import("./joined.mjs").Joining["groupOf"]}
 */
function groupOf({ path, inputs }, reachable) {
  const ofCli = commandLine.some((entry) => reachable(entry).has(path));
  if (!ofCli && !reachable(SERVER).has(path)) return null;
  return ofCli || Object.keys(inputs).some((input) => /^(engine|store)\//.test(input)) ? "core" : "server";
}

/** What each program begins with, and what it loads its files with. */
async function programStart(/** @type {string} */ build) {
  const source = (/** @type {string} */ name) => readFileSync(join(root, "scripts", name), "utf8");
  const commands = readdirSync(join(root, "cli/src/commands")).flatMap((file) => /^(.+)\.ts$/.exec(file)?.[1] ?? []);
  const define = { RUNA_BUILD: JSON.stringify(build), RUNA_COMMANDS: JSON.stringify(commands) };
  const { code } = await transform(
    `{${source("program-start.cjs")}} const load = (() => {${source("code-cache.cjs")} return load; })();`,
    { minifySyntax: true, minifyWhitespace: true, define },
  );
  return code;
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

/** What is left out of a start is a file of its own, loaded when more is asked for than the version. */
function theRest(/** @type {string} */ rest, /** @type {string} */ file) {
  return (/** @type {import("esbuild").PluginBuild} */ { onResolve }) =>
    onResolve({ filter: /^\./ }, ({ path }) =>
      path === rest ? { path: `./chunks/${file}.js`, external: true } : null,
    );
}
