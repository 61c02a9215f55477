import type { RigOptions } from "./rig.ts";

const requirements = { "requirements/r1": { title: "Fast" } };

/** One protocol that is READY at once. */
export const draft: RigOptions = {
  protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }],
  artifacts: requirements,
};

/** Two protocols, the second waiting for the first. */
export const chain: RigOptions = {
  protocols: [
    { name: "draft", requires: ["requirements"], produces: ["design"] },
    { name: "build", requires: ["design"], produces: ["code"] },
  ],
  artifacts: requirements,
};

/** A protocol that has to choose. */
export const review: RigOptions = {
  protocols: [{ name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } }],
  artifacts: { "design/d1": { title: "A design" } },
};

/** A scoped protocol with two work units to do. */
export const units: RigOptions = {
  protocols: [{ name: "implement", requires: ["task"], produces: ["patch"], scoped: true }],
  artifacts: {
    "task/t1": { title: "Pay", work_unit: "checkout" },
    "task/t2": { title: "Find", work_unit: "search" },
  },
};
