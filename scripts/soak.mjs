// `npm run soak`: kills runa, an agent or a server with SIGKILL at a random moment of a cascade, round after round, and
// examines after each what must never be (attempts.md section 9). Each round goes on where the one before was killed;
// every other one, by chance, ends with a run that is left alone and has to finish everything.
//   --rounds N    so many kills; default 500
//   --seconds S   no further round after so long; default 3600
//   --seed N      repeats the choices of an earlier soak
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attemptsOf, examine, examineComplete, examineIdle, inStore, Violation } from "./soak/examine.mjs";
import { processesOf } from "./soak/processes.mjs";
import { brief, makeProject } from "./soak/project.mjs";

const RUNA = process.env.RUNA_TEST_DIST ?? fileURLToPath(new URL("../dist", import.meta.url));
/** No run takes so long, in milliseconds. */
const HANGS = 60_000;
/** How long a victim that is not there at the chosen moment is waited for, in milliseconds. */
const WAIT = 400;

const { values } = parseArgs({
  options: { rounds: { type: "string" }, seconds: { type: "string" }, seed: { type: "string" } },
});
const rounds = Number(values.rounds ?? 500);
const seconds = Number(values.seconds ?? 3600);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const directory = realpathSync(mkdtempSync(join(tmpdir(), "runa-soak-")));
const project = makeProject(directory);
const output = join(directory, "output");
const log = openSync(output, "a");
const kills = { runa: 0, agent: 0, server: 0 };
let state = seed;
let current = 0;

/** The next number of the seed's sequence, from 0 to 1 (mulberry32). */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Starts a runa; `ended` resolves to its exit code, null for one that was killed. */
function start(/** @type {string[]} */ ...args) {
  const child = spawn(process.execPath, [join(RUNA, "runa.js"), ...args], {
    cwd: project,
    stdio: ["ignore", log, log],
  });
  let over = false;
  const ended = new Promise((resolve, reject) => {
    const hung = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Violation(`runa ${args.join(" ")} did not end within ${HANGS / 1000} s`));
    }, HANGS);
    child.once("exit", (code) => {
      over = true;
      clearTimeout(hung);
      resolve(code);
    });
  });
  return { pid: child.pid ?? 0, ended, isOver: () => over };
}

async function expectExit(/** @type {number} */ code, /** @type {string[]} */ ...args) {
  const exit = await start(...args).ended;
  if (exit !== code) throw new Violation(`runa ${args.join(" ")} ended with ${exit}, not ${code}`);
}

/** Kills one at a random moment of a run. @returns whether there was one to kill */
async function killOnce(/** @type {number} */ longest) {
  const victims = /** @type {const} */ (["runa", "agent", "server"]);
  const victim = victims[Math.floor(random() * 3)] ?? "runa";
  const moment = performance.now() + random() * longest;
  const which = random();
  const run = start("run", "--jobs", "2");
  await Promise.race([pause(moment - performance.now()), run.ended]);
  for (const until = performance.now() + WAIT; !run.isOver() && performance.now() < until; await pause(10)) {
    const there =
      victim === "runa"
        ? [run.pid]
        : processesOf(attemptsOf(project)).flatMap(({ pid, role }) => (role === victim ? pid : []));
    const pid = there[Math.floor(which * there.length)];
    if (pid === undefined) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      continue;
    }
    kills[victim]++;
    break;
  }
  if ((await run.ended) !== null) examineIdle(project);
}

async function finish() {
  await expectExit(0, "run", "--jobs", "2");
  examineIdle(project);
  examineComplete(project, current);
}

const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
const killed = () => kills.runa + kills.agent + kills.server;

async function soak() {
  console.log(`seed ${seed}`);
  brief(project, current);
  await finish();
  const longest = elapsed() * 1000;
  while (killed() < rounds && elapsed() < seconds) {
    if (isComplete()) brief(project, ++current);
    const before = killed();
    await killOnce(longest);
    examine(project);
    await expectExit(0, "log", "--verify");
    if (random() < 0.5) await finish();
    if (killed() > before && killed() % 50 === 0) console.log(`${killed()} kills, ${Math.round(elapsed())} s`);
  }
  await finish();
  examine(project);
  await expectExit(0, "log", "--verify");
}

function isComplete() {
  try {
    examineComplete(project, current);
    return true;
  } catch {
    return false;
  }
}

function figures() {
  return inStore(project, (database) => {
    const count = (/** @type {string} */ sql) => database.prepare(sql).pluck().get();
    const outcomes = /** @type {{ outcome: string, count: number }[]} */ (
      database.prepare("SELECT outcome, count(*) AS count FROM attempt GROUP BY outcome ORDER BY outcome").all()
    );
    return [
      `kills      ${killed()}: runa ${kills.runa}, agent ${kills.agent}, server ${kills.server}`,
      `briefs     ${current + 1}`,
      `attempts   ${count("SELECT count(*) FROM attempt")}: ${outcomes.map((row) => `${row.outcome} ${row.count}`).join(", ")}`,
      `adoptions  ${count("SELECT count(*) FROM event WHERE kind = 'claimed' AND body ->> 'adopted' = 1")}`,
      `superseded ${count("SELECT count(*) FROM event WHERE kind = 'superseded'")}`,
      `events     ${count("SELECT count(*) FROM event")}`,
      `time       ${elapsed().toFixed(1)} s`,
    ].join("\n");
  });
}

try {
  await soak();
  console.log(figures());
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
} catch (error) {
  console.error(error instanceof Violation ? `VIOLATION after ${killed()} kills: ${error.message}` : error);
  console.error(`seed ${seed}; everything is kept in ${directory}; the last output of runa:`);
  console.error(readFileSync(output, "utf8").slice(-3000));
  process.exitCode = 1;
}
