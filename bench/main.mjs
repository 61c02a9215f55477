// Prints what things cost as ratios to floors that are measured in the same run. Not a test: machines are noisy.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstToolsList } from "./first-tools-list.mjs";
import { pair, time } from "./measure.mjs";
import { quickstart, RUNA, scanned, unscanned } from "./projects.mjs";
import { schemaCosts } from "./schemas.mjs";

const quick = process.argv.includes("--quick");
const size = quick ? 1_000 : 10_000;
const rounds = quick ? 5 : 11;

const node = process.execPath;
const floor = () => time({ argv: [node, "-e", "0"] });
const loops = fileURLToPath(new URL("loops.mjs", import.meta.url));
const runa =
  (/** @type {string} */ cwd, /** @type {string[]} */ ...args) =>
  () =>
    time({ argv: [node, RUNA, ...args], cwd });
const loop = (/** @type {string} */ kind, /** @type {string} */ project) => () =>
  time({ argv: [node, loops, kind, join(project, ".runa/workspace")] });

/** A first scan: the store is put back to what `init` left before every round. */
function firstScan(/** @type {string} */ project) {
  const store = join(project, ".runa/store");
  const kept = join(project, ".runa/store-before");
  cpSync(store, kept, { recursive: true });
  return () => {
    rmSync(store, { recursive: true });
    cpSync(kept, store, { recursive: true });
    return runa(project, "scan")();
  };
}

console.log(`node ${process.version}, medians of ${rounds} rounds, each measured in turn with its floor\n`);
const done = quickstart();
const fresh = unscanned(size);
const many = scanned(size);

/** @type {[string, string, number, () => number | Promise<number>, () => number | Promise<number>, number?][]} */
const rows = [
  ["runa --version", "node -e 0", 1.3, runa(".", "--version"), floor],
  ["state --json, quickstart, nothing changed", "node -e 0", 2, runa(done, "state", "--json"), floor],
  ["runa-mcp, first tools/list, quickstart", "node -e 0", 3.5, () => firstToolsList(done, "review"), floor],
  [`runa-mcp, first tools/list, ${size} artifacts`, "node -e 0", 3.5, () => firstToolsList(many, "make-type-1"), floor],
  [
    `state --json, ${size} artifacts, nothing changed`,
    "lstat loop",
    3,
    runa(many, "state", "--json"),
    loop("lstat", many),
  ],
  [`first scan, ${size} artifacts`, "read, parse, sha256 loop", 2, firstScan(fresh), loop("read", fresh), 3],
];

for (const [what, against, goal, measured, baseline, few] of rows) {
  const { a, b, ratio } = await pair(measured, baseline, few ?? rounds);
  const verdict = ratio <= goal ? "met" : "not met";
  console.log(
    `${what.padEnd(48)} ${a.toFixed(0).padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} × ${against} (${b.toFixed(0)} ms), goal ${goal}: ${verdict}`,
  );
}

await schemaCosts();
