// What `evaluate` itself takes, inside one process that has warmed up: the median over a project's own snapshot.
import { loadBundled } from "../scripts/bundle.mjs";
import { median } from "./measure.mjs";

/** @param {string} project @returns {Promise<number>} milliseconds */
export async function evaluating(project) {
  const { engine, store, evaluation } = await loadBundled({
    engine: "engine/src/project/project.ts",
    store: "store/src/snapshot.ts",
    evaluation: "engine/src/evaluate/evaluate.ts",
  });
  const open = await engine.openProject({ workingDirectory: project, environment: {} });
  const { gaps } = await engine.scanProject(open);
  const snapshot = store.readSnapshot(open.store, open.methodology.types.keys(), gaps, null);
  const times = [];
  for (let round = 0; round < 31; round++) {
    const start = performance.now();
    evaluation.evaluate(open.methodology, snapshot, null);
    times.push(performance.now() - start);
  }
  open.close();
  return median(times);
}
