// Prints what things cost as ratios to floors that are measured in the same run. Not a test: machines are noisy.
//   node bench/main.mjs [--quick] [--only REGEX]
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { betweenAttempts } from "./between-attempts.mjs";
import { deliverer, writtenByHand } from "./delivery.mjs";
import { evaluating } from "./evaluating.mjs";
import { firstToolsList } from "./first-tools-list.mjs";
import { pair, time } from "./measure.mjs";
import {
  approved,
  fresh,
  manyInputs,
  manyProtocols,
  manyWorkUnits,
  quickstart,
  RUNA,
  scanned,
  trivialCascade,
  unscanned,
} from "./projects.mjs";
import { schemaCosts } from "./schemas.mjs";
import { signatures } from "./signatures.mjs";

const quick = process.argv.includes("--quick");
const only = new RegExp(process.argv[process.argv.indexOf("--only") + 1] ?? "", "i");
const chosen = (/** @type {string} */ name) => !process.argv.includes("--only") || only.test(name);

const [MANY, HUGE, WIDE] = quick ? [1_000, 10_000, 200] : [10_000, 100_000, 1_000];
const [ATTEMPTS, TRIVIAL] = quick ? [5, 10] : [20, 100];
const ROUNDS = quick ? 5 : 11;
const FEW = 3;
// Node that starts faster leaves less beside which to hide, and has a compile cache.
const STATE_GOAL = Number.parseInt(process.versions.node, 10) < 22 ? 2 : 1.6;

const node = process.execPath;
const loops = fileURLToPath(new URL("loops.mjs", import.meta.url));
const preload = fileURLToPath(new URL("memory.cjs", import.meta.url));
/** @typedef {() => number | Promise<number>} Measured */
/** @type {Measured} */
const floor = () => time({ argv: [node, "-e", "0"] });
const runa =
  (/** @type {string} */ cwd, /** @type {string[]} */ ...args) =>
  () =>
    time({ argv: [node, RUNA, ...args], cwd });
const state = (/** @type {string} */ cwd, /** @type {string[]} */ ...more) => runa(cwd, "state", "--json", ...more);
const loop = (/** @type {string} */ kind, /** @type {string} */ project) => () =>
  time({ argv: [node, loops, kind, join(project, ".runa/workspace")] });

/** Each project is made when a row first asks for it. */
function once(/** @type {() => string} */ make) {
  /** @type {string | undefined} */
  let made;
  return () => {
    made ??= make();
    return made;
  };
}
const done = once(quickstart);
const many = once(() => scanned(unscanned(MANY)));
const huge = once(() => scanned(unscanned(HUGE)));
const wide = once(() => manyProtocols(WIDE));
const units = once(() => manyWorkUnits(WIDE));

/** A first scan: the store is put back to what `init` left before every round. */
function firstScan(/** @type {() => string} */ project) {
  const directory = project();
  const [store, kept] = [join(directory, ".runa/store"), join(directory, ".runa/store-before")];
  cpSync(store, kept, { recursive: true });
  return () => {
    rmSync(store, { recursive: true });
    cpSync(kept, store, { recursive: true });
    return runa(directory, "scan")();
  };
}

/** `state` after one artifact was changed, less `state` with nothing changed. */
async function oneChanged() {
  const directory = huge();
  let round = 0;
  return async () => {
    // What was written a moment ago is read once more before it counts as unchanged.
    await state(directory)();
    const unchanged = await state(directory)();
    const artifact = { title: "Changed", body: `round ${round++}` };
    writeFileSync(join(directory, ".runa/workspace/type-3/a3.json"), JSON.stringify(artifact));
    return Math.max(0, (await state(directory)()) - unchanged);
  };
}

/** What an attempt costs among many artifacts above one among few. */
function cascade() {
  const [among, alone] = [trivialCascade(ATTEMPTS, MANY), trivialCascade(ATTEMPTS, 20)];
  return {
    a: () => Math.max(0, runa(among, "run")() - runa(alone, "run")()) / ATTEMPTS,
    b: loop("lstat", among),
  };
}

/** What an attempt costs above the process that it starts. */
function attempts() {
  const project = trivialCascade(TRIVIAL, 20);
  return () => Math.max(0, runa(project, "run")() - time({ argv: [node, loops, "spawn", String(TRIVIAL)] })) / TRIVIAL;
}

async function delivery() {
  const project = scanned(unscanned(20));
  const { deliver, close } = await deliverer(project, "make-type-1", "type-1");
  const directory = join(project, ".runa/workspace/type-1");
  let number = 0;
  return { a: deliver, b: () => writtenByHand(directory, number++), end: close };
}

/** @type {[string, string, number, () => Promise<{ a: Measured, b: Measured, end?: () => Promise<void> }> | { a: Measured, b: Measured, end?: () => Promise<void> }, number?][]} */
const rows = [
  ["runa --version", "node -e 0", 1.3, () => ({ a: runa(".", "--version"), b: floor })],
  ["state --json, quickstart, nothing changed", "node -e 0", STATE_GOAL, () => ({ a: state(done()), b: floor })],
  [`state --json, ${MANY} artifacts, nothing changed`, "node -e 0", 3, () => ({ a: state(many()), b: floor })],
  [
    `state --json, ${HUGE} artifacts, nothing changed`,
    "lstat loop",
    1.8,
    () => ({ a: state(huge()), b: loop("lstat", huge()) }),
  ],
  [
    `one of ${HUGE} artifacts changed, above that`,
    "node -e 0",
    1.5,
    async () => ({ a: await oneChanged(), b: floor }),
    FEW,
  ],
  [
    `state --json, ${MANY} approvals among ${HUGE} artifacts`,
    "ordinary artifacts in their place",
    1.1,
    () => ({
      a: state(approved(HUGE, MANY, "approvals")),
      b: state(approved(HUGE, MANY, "ordinary")),
    }),
  ],
  ...[
    { size: MANY, goal: 2 },
    { size: HUGE, goal: 2.6 },
  ].map(
    ({ size, goal }) =>
      /** @type {typeof rows[number]} */ ([
        `first scan, ${size} artifacts`,
        "read, parse, sha256 loop",
        goal,
        () => {
          const project = once(() => unscanned(size));
          return { a: firstScan(project), b: loop("read", project()) };
        },
        FEW,
      ]),
  ),
  [`${WIDE} protocols, ${2 * WIDE} artifacts, state --json`, "node -e 0", 2.5, () => ({ a: state(wide()), b: floor })],
  [
    `${WIDE} work units × 10 protocols, state --json of one`,
    "node -e 0",
    3,
    () => ({ a: state(units(), "--work-unit", "unit-7"), b: floor }),
  ],
  [
    `${WIDE} work units × 10 protocols, state of all, as text`,
    "node -e 0",
    4,
    () => ({ a: runa(units(), "state"), b: floor }),
  ],
  [`an attempt among ${MANY} artifacts, above one among 20`, "lstat loop", 1.5, cascade, FEW],
  ["a trivial attempt, above its process", "node -e 0", 0.25, () => ({ a: attempts(), b: floor }), FEW],
  [
    `an attempt whose prompt holds ${MANY} inputs`,
    "read, parse loop",
    3,
    () => {
      const project = manyInputs(MANY);
      return { a: runa(project, "run"), b: loop("parse", project) };
    },
  ],
  [
    "runa-mcp, first tools/list, 10 artifacts",
    "node -e 0",
    3,
    () => {
      const project = scanned(unscanned(10));
      return { a: () => firstToolsList(project, "make-type-1"), b: floor };
    },
  ],
  [
    `runa-mcp, first tools/list, ${HUGE} artifacts`,
    "node -e 0",
    3,
    () => {
      const project = huge();
      return { a: () => firstToolsList(project, "make-type-1"), b: floor };
    },
  ],
  ["runa-mcp, one durable delivery", "write, fsync, rename, fsync", 3, delivery, 101],
];

console.log(
  `node ${process.version}, medians of ${ROUNDS} rounds (of ${FEW} for what takes long), each in turn with its floor\n`,
);
for (const [what, against, goal, prepare, rounds] of rows) {
  if (!chosen(what)) continue;
  const { a, b, end } = await prepare();
  const measured = await pair(a, b, rounds ?? ROUNDS);
  await end?.();
  const ratio = measured.ratio.toFixed(2).padStart(6);
  print(what, measured.a, `${ratio} × ${against} (${measured.b.toFixed(0)} ms)`, `≤ ${goal}`, measured.ratio <= goal);
}
const evaluateRow = `evaluate itself, ${WIDE} protocols`;
if (chosen(evaluateRow)) {
  const { first, warm } = evaluating(wide(), ROUNDS);
  print(`${evaluateRow}, first call`, first, "", "≤ 10 ms", first <= 10);
  print(`${evaluateRow}, warmed up`, warm, "", "≤ 10 ms", warm <= 10);
}
const betweenRow = `from an attempt's end to the next claim, ${MANY} artifacts`;
if (chosen(betweenRow)) {
  const { between, scan } = betweenAttempts(ATTEMPTS, MANY);
  const beside = between - scan;
  print(`${betweenRow}, beside its scan`, beside, `of ${between.toFixed(0)} ms`, "≤ 10 ms", beside <= 10);
}
const memoryRow = `memory, state, ${HUGE} artifacts`;
if (chosen(memoryRow)) {
  const file = join(fresh("memory"), "held");
  time({
    argv: [node, "--require", preload, RUNA, "state", "--json"],
    cwd: huge(),
    env: { ...process.env, MEMORY_FILE: file },
  });
  const held = Number(readFileSync(file, "utf8"));
  print(memoryRow, held, "", "≤ 250 MB", held <= 250, "MB");
}
const signatureRow = "a signature judged";
if (chosen(signatureRow))
  for (const { type, milliseconds } of await signatures())
    print(`${signatureRow}, ${type}`, milliseconds, "", "≤ 0.5 ms", milliseconds <= 0.5);
if (chosen("schemas")) await schemaCosts();

/** @param {string} what @param {number} value @param {string} ratio @param {string} goal @param {boolean} met */
function print(what, value, ratio, goal, met, unit = "ms") {
  const figure = value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0);
  console.log(`${what.padEnd(58)} ${figure.padStart(6)} ${unit}  ${ratio}  goal ${goal}: ${met ? "met" : "not met"}`);
}
