// What `evaluate` itself takes over a project's own snapshot: the first time, as every command calls it, and warmed up.
// Run as a program it prints both, in milliseconds: node evaluating.mjs PROJECT
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadBundled } from "../scripts/bundle.mjs";
import { median } from "./measure.mjs";

const program = fileURLToPath(import.meta.url);
if (process.argv[1] === program) console.log(JSON.stringify(await measured(process.argv[2] ?? ".")));

/** The medians over so many processes. @param {string} project @param {number} rounds */
export function evaluating(project, rounds) {
  const times = Array.from({ length: rounds }, () =>
    JSON.parse(execFileSync(process.execPath, [program, project], { encoding: "utf8" })),
  );
  return { first: median(times.map(({ first }) => first)), warm: median(times.map(({ warm }) => warm)) };
}

/** @param {string} project */
async function measured(project) {
  const { engine, store, evaluation } = await loadBundled({
    engine: "engine/src/project/project.ts",
    store: "store/src/snapshot.ts",
    evaluation: "engine/src/evaluate/evaluate.ts",
  });
  const open = await engine.openProject({ workingDirectory: project, environment: {} });
  const { gaps } = await engine.scanProject(open);
  const snapshot = store.readSnapshot(open.store, open.methodology.types.keys(), gaps, [null]);
  const times = [];
  for (let round = 0; round < 31; round++) {
    const start = performance.now();
    evaluation.evaluate(open.methodology, snapshot, null);
    times.push(performance.now() - start);
  }
  open.close();
  return { first: times[0], warm: median(times) };
}
