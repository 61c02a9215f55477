import { defineConfig } from "vitest/config";

/**
 * The tests of whole programs, for a second Node. Left out is what takes minutes and asks the same of every Node, and what
 * reads the checkout instead of running it.
 */
export default defineConfig({
  test: {
    include: ["tests/*.test.ts", "store/test/sqlite.test.ts"],
    exclude: [
      "golden",
      "json-schema-suite",
      "soak",
      "docs",
      "package",
      "quickstart",
      "real-methodologies",
      "bad-input",
      "imports",
      "faults",
      "deciding-faults",
      "audit-faults",
      "contents-faults",
      "attacks",
      "attacks-log",
      "attacks-outside",
      "attacks-signatures",
      "narrow",
      "one-wording",
    ].map((name) => `tests/${name}.test.ts`),
    testTimeout: 120_000,
    maxWorkers: 2,
  },
});
