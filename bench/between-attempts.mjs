// What passes in one `run` from an agent's end to the claim of the next attempt, and what the one scan in between takes.
// Run as a program it prints the latter, in milliseconds, where nothing has changed: node between-attempts.mjs PROJECT
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundled } from "../scripts/bundle.mjs";
import { median, time } from "./measure.mjs";
import { RUNA, trivialCascade } from "./projects.mjs";

const program = fileURLToPath(import.meta.url);
if (process.argv[1] === program) console.log(JSON.stringify(await scanning(process.argv[2] ?? ".")));

/** An agent that writes down when it ends, as the last thing that it does. */
const AGENT = ["sh", "-c", "date +%s%N >> ends"];

/** The median time between two attempts among so many artifacts, and of a scan. @param {number} attempts @param {number} artifacts */
export function betweenAttempts(attempts, artifacts) {
  const project = trivialCascade(attempts, artifacts, AGENT);
  const ends = join(project, "ends");
  writeFileSync(ends, "");
  const after = claims(project).length;
  time({ argv: [process.execPath, RUNA, "run"], cwd: project });
  const claimed = claims(project).slice(after + 1);
  const ended = readFileSync(ends, "utf8").trim().split("\n").map(inMilliseconds).slice(0, -1);
  if (claimed.length !== attempts - 1 || ended.length !== claimed.length)
    throw new Error("not every attempt was executed");
  const scan = Number(execFileSync(process.execPath, [program, project], { encoding: "utf8" }));
  return { between: median(claimed.map((at, index) => at - (ended[index] ?? Number.NaN))), scan };
}

/** When attempts were claimed, in milliseconds. @param {string} project */
function claims(project) {
  const lines = execFileSync(process.execPath, [RUNA, "log", "--json", "--kind", "claimed"], {
    cwd: project,
    encoding: "utf8",
  });
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Date.parse(JSON.parse(line).at));
}

/** @param {string} nanoseconds */
function inMilliseconds(nanoseconds) {
  return Number(nanoseconds) / 1e6;
}

/** @param {string} project */
async function scanning(project) {
  const { engine } = await loadBundled({ engine: "engine/src/project/project.ts" });
  const open = await engine.openProject({ workingDirectory: project, environment: {} });
  const times = [];
  for (let round = 0; round < 31; round++) {
    const start = performance.now();
    await engine.scanProject(open);
    times.push(performance.now() - start);
  }
  open.close();
  return median(times);
}
