import { defineConfig } from "vitest/config";

/** The opt-in suite that drives real agent CLIs: one at a time, for they are large. */
export default defineConfig({
  test: {
    include: ["tests/agents/**/*.live.ts"],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
