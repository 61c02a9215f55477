import { expect, test } from "vitest";
import { LEVELS, parseFilter, passes } from "../src/log/filter.ts";

const CLI = "runa_cli";
const ENGINE = "runa_engine";
const MCP = "runa_mcp";

/** What the least level is that passes, for each of the three targets; null when nothing does. */
test.each([
  { filter: "warn", least: ["warn", "warn", "warn"] },
  { filter: "info", least: ["info", "info", "info"] },
  { filter: "trace", least: ["trace", "trace", "trace"] },
  { filter: "INFO", least: ["info", "info", "info"] },
  { filter: " Debug ", least: ["debug", "debug", "debug"] },
  { filter: "off", least: [null, null, null] },
  { filter: "warn,runa_engine=debug,runa_mcp=off", least: ["warn", "debug", null] },
  { filter: "runa_mcp=off, runa_engine = debug , warn", least: ["warn", "debug", null] },
  { filter: "runa_engine=debug", least: [null, "debug", null] },
  { filter: "runa_engine", least: [null, "trace", null] },
  { filter: "warn,runa_engine", least: ["warn", "trace", "warn"] },
  // A target means everything that begins with it, and the longest that fits decides.
  { filter: "runa=debug", least: ["debug", "debug", "debug"] },
  { filter: "runa=debug,runa_mcp=error", least: ["debug", "debug", "error"] },
  { filter: "runa_mcp=error,runa=debug", least: ["debug", "debug", "error"] },
  { filter: "hyper=trace,info", least: ["info", "info", "info"] },
  // Of two alike the later.
  { filter: "info,error", least: ["error", "error", "error"] },
  { filter: "runa_cli=info,runa_cli=error,warn", least: ["error", "warn", "warn"] },
  { filter: ",,warn,", least: ["warn", "warn", "warn"] },
])("the filter '$filter'", ({ filter, least }) => {
  const parsed = parseFilter(filter);
  expect([CLI, ENGINE, MCP].map((target) => parsed.leastFor(target))).toEqual(least);
  expect(parsed.ignored).toEqual([]);
});

test.each([
  { filter: "info,runa_engine=loud", ignored: ["runa_engine=loud"], least: "info" },
  { filter: "error,runa_engine[span]=debug", ignored: ["runa_engine[span]=debug"], least: "error" },
  { filter: "debug,a=b=c", ignored: ["a=b=c"], least: "debug" },
  { filter: "info,=debug", ignored: ["=debug"], least: "info" },
  { filter: "info,runa_engine=", ignored: ["runa_engine="], least: "info" },
  // Neither a number nor a misspelt level is a target.
  { filter: "3", ignored: ["3"], least: "warn" },
  { filter: "info,3=debug", ignored: ["3=debug"], least: "info" },
  { filter: "inof", ignored: ["inof"], least: "warn" },
  { filter: "wran,error", ignored: ["wran"], least: "error" },
  { filter: "-v", ignored: ["-v"], least: "warn" },
  // Nothing of it is understood: as if there were none, so that the warning about it is seen.
  { filter: "runa engine", ignored: ["runa engine"], least: "warn" },
  { filter: ",", ignored: [], least: "warn" },
])("what is not understood in '$filter' has no effect and is named", ({ filter, ignored, least }) => {
  const parsed = parseFilter(filter);
  expect(parsed.ignored).toEqual(ignored);
  expect(parsed.leastFor(ENGINE)).toBe(least);
});

test("a level passes where the least one is not above it", () => {
  const table = LEVELS.map((least) => [least, LEVELS.filter((level) => passes(level, least)).join(" ")]);
  expect(table).toEqual([
    ["trace", "trace debug info warn error"],
    ["debug", "debug info warn error"],
    ["info", "info warn error"],
    ["warn", "warn error"],
    ["error", "error"],
  ]);
  expect(LEVELS.some((level) => passes(level, null))).toBe(false);
});
