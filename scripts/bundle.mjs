// Bundles TypeScript of the packages for a script that runs it in its own process, and loads it.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles entry points, given by name as paths from the root, and imports each; what was written goes with the process.
 * @template {Record<string, string>} E
 * @param {E} entryPoints
 * @returns {Promise<{ [name in keyof E]: any }>}
 */
export async function loadBundled(entryPoints) {
  // Inside the checkout, so that packages resolve.
  const directory = mkdtempSync(join(root, "node_modules", ".bundled-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    external: ["better-sqlite3"],
    mainFields: ["module", "main"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    logLevel: "error",
  });
  const loaded = Object.keys(entryPoints).map(async (name) => [name, await import(join(directory, `${name}.mjs`))]);
  return Object.fromEntries(await Promise.all(loaded));
}
