// `npm run soak`: kills runa, an agent, a server, a person's command or a `runa gc` with SIGKILL at a random moment of a
// cascade, round after round, and examines after each what must never be (attempts.md section 9, decisions 2 to 6). Beside the
// cascade people approve, reject and revoke by chance. Each round goes on where the one before was killed; every other one, by
// chance, ends with runs and approvals that are left alone and have to finish everything.
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
import { examineContents, examineDecisions } from "./soak/examine-decisions.mjs";
import { decision, plannedHash } from "./soak/people.mjs";
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
const NEXT_WEEK = fileURLToPath(new URL("soak/next-week.cjs", import.meta.url));
const kills = { runa: 0, agent: 0, server: 0, person: 0, gc: 0 };
/** The contents that somebody set out to approve. */
const approved = new Set();
let unattested = 0;
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
function start(/** @type {string[]} */ args, env = {}) {
  const child = spawn(process.execPath, [join(RUNA, "runa.js"), ...args], {
    cwd: project,
    env: { ...process.env, ...env },
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
  const exit = await start(args).ended;
  if (exit !== code) throw new Violation(`runa ${args.join(" ")} ended with ${exit}, not ${code}`);
}

/** Somebody decides on the plan that lies there; nobody does where there is none. */
function decide(/** @type {"approve" | "reject" | "revoke"} */ verb) {
  const [which, hash] = [random(), plannedHash(project)];
  if (hash === null) return null;
  if (verb === "approve") approved.add(hash);
  const { words, env } = decision(verb, hash, which);
  return start(words, env);
}

/** A runa whose clock runs a week ahead removes contents. */
function collect() {
  return start(["gc"], { NODE_OPTIONS: `--require ${NEXT_WEEK}` });
}

function anyVerb() {
  return /** @type {const} */ (["approve", "reject", "revoke"])[Math.floor(random() * 3)] ?? "approve";
}

/** Kills somebody who decides, or a `runa gc`, at a random moment beside a run. */
async function killBeside(/** @type {"person" | "gc"} */ victim, /** @type {number} */ longest) {
  const run = start(["run", "--jobs", "2"]);
  await pause(random() * longest);
  const beside = victim === "gc" ? collect() : decide(anyVerb());
  const moment = random() * shortest;
  if (beside !== null) {
    await Promise.race([pause(moment), beside.ended]);
    if (!beside.isOver()) {
      process.kill(beside.pid, "SIGKILL");
      kills[victim]++;
    }
    await beside.ended;
  }
  if ((await run.ended) !== null) examineIdle(project);
}

/** Kills one at a random moment of a run, beside which somebody may decide. */
async function killOnce(/** @type {number} */ longest) {
  const victims = /** @type {const} */ (["runa", "agent", "server", "person", "gc"]);
  const victim = victims[Math.floor(random() * victims.length)] ?? "runa";
  if (victim === "person" || victim === "gc") return killBeside(victim, longest);
  const moment = performance.now() + random() * longest;
  const which = random();
  const run = start(["run", "--jobs", "2"]);
  const beside = random() < 0.5 ? decide(anyVerb()) : null;
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
  await beside?.ended;
  if ((await run.ended) !== null) examineIdle(project);
}

/** More often nobody is asked: a plan, one that was made again since it had been rejected, and one that two decided on. */
const ASKED = 6;

/** Runs, and approves what is waited for, until nothing is left to do. */
async function finish() {
  for (let asked = 0; ; asked++) {
    const exit = await start(["run", "--jobs", "2"]).ended;
    examineIdle(project);
    if (exit === 0) break;
    if (exit !== 3 || asked === ASKED) throw new Violation(`runa run ended with ${exit} after ${asked} decisions`);
    await decide("approve")?.ended;
  }
  examineComplete(project, current);
}

/** Examines everything that must hold at any moment. */
async function examineAll() {
  examine(project);
  unattested = examineDecisions(project, approved, kills.person);
  examineContents(project);
  await expectExit(0, "log", "--verify", "--fold");
}

const began = performance.now();
/** What one command takes, in milliseconds; what is killed beside a run is killed before that. */
let shortest = 0;
const elapsed = () => (performance.now() - began) / 1000;
const killed = () => Object.values(kills).reduce((sum, count) => sum + count, 0);

async function soak() {
  console.log(`seed ${seed}`);
  brief(project, current);
  await expectExit(3, "run", "--jobs", "2");
  const longest = elapsed() * 1000;
  await expectExit(0, "gc");
  shortest = elapsed() * 1000 - longest;
  await finish();
  while (killed() < rounds && elapsed() < seconds) {
    if (isComplete()) brief(project, ++current);
    const before = killed();
    await killOnce(longest);
    await examineAll();
    if (random() < 0.2) await collect().ended;
    if (random() < 0.5) await finish();
    if (killed() > before && killed() % 50 === 0) console.log(`${killed()} kills, ${Math.round(elapsed())} s`);
  }
  await finish();
  await expectExit(0, "gc");
  await examineAll();
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
      `kills      ${killed()}: ${Object.entries(kills)
        .map(([victim, count]) => `${victim} ${count}`)
        .join(", ")}`,
      `briefs     ${current + 1}`,
      `attempts   ${count("SELECT count(*) FROM attempt")}: ${outcomes.map((row) => `${row.outcome} ${row.count}`).join(", ")}`,
      `adoptions  ${count("SELECT count(*) FROM event WHERE kind = 'claimed' AND body ->> 'adopted' = 1")}`,
      `superseded ${count("SELECT count(*) FROM event WHERE kind = 'superseded'")}`,
      `decisions  ${count("SELECT count(*) FROM event WHERE kind = 'decision'")}, unattested files ${unattested}`,
      `contents   ${count("SELECT count(*) FROM content")}, removed in ${count("SELECT count(*) FROM event WHERE kind = 'pruned'")} prunings ${count("SELECT coalesce(sum(body ->> 'contents'), 0) FROM event WHERE kind = 'pruned'")}`,
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
