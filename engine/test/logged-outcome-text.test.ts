import type { EventBodies } from "@runa/store/log";
import { describe, expect, test } from "vitest";
import { loggedOutcomeText } from "../src/answers/logged-outcome-text.ts";
import type { Outcome } from "../src/attempt/outcome.ts";
import { loggedOutcome } from "../src/attempt/outcome-log.ts";
import { outcomeText } from "../src/attempt/outcome-text.ts";

const silence = { kind: "no_tool_called" } as const;
const STARTED = "the agent started the MCP server and called no tool";
const outcomes: readonly (readonly [Outcome, string[]])[] = [
  [{ id: "interrupted", signal: "SIGINT" }, ["stopped by SIGINT"]],
  [{ id: "timed_out", limit: { kind: "wall", amount: 2000 } }, ["it ran for 2 s, its timeout"]],
  [
    { id: "timed_out", limit: { kind: "output", amount: 5_000_000 } },
    ["it wrote more than 5 MB of output, its output_limit"],
  ],
  [{ id: "signalled", signal: "SIGKILL" }, ["the agent was killed by SIGKILL"]],
  [{ id: "exited", code: 7 }, ["the agent ended with exit code 7"]],
  [
    { id: "choice_unmet", choices: [{ group: "verdict", members: ["yes", "no"], delivered: [] }], silence },
    ["delivered none of yes, no (choice 'verdict')", STARTED],
  ],
  [
    { id: "not_delivered", types: ["design"], silence: { kind: "server_never_started" } },
    ["not delivered: design", "the agent never started the MCP server in RUNA_MCP_CONFIG"],
  ],
  [
    { id: "not_delivered", types: ["design"], silence: { kind: "calls_refused", count: 2, last: null } },
    ["not delivered: design", "2 calls were refused"],
  ],
  [{ id: "delivered", ended: "settled" }, ["everything it owes was delivered; it was silent after that and was ended"]],
];

test.each(outcomes)("%j is told by the log in the words of whoever executed it", (outcome, words) => {
  expect(outcomeText(outcome)).toEqual(words);
  expect(loggedOutcomeText({ protocol: "draft", outcome: outcome.id, ...loggedOutcome(outcome) })).toEqual(words);
});

describe("what the log keeps less of", () => {
  test("outputs that are not valid: where, and what was expected", () => {
    const violation = { path: "/title", keyword: "type", expected: "string", got: "5", message: "/title: not 5" };
    const outcome = { id: "invalid_output", outputs: [{ type: "design", id: "d1", violations: [violation] }] } as const;
    expect(
      loggedOutcomeText({ protocol: "draft", outcome: outcome.id, ...loggedOutcome(outcome as unknown as Outcome) }),
    ).toEqual(["1 output not valid", "design/d1 /title expected string"]);
  });

  test("that the server could not serve, without its words", () => {
    const silence = { kind: "server_failed", reason: "no such file" } as const;
    const outcome: Outcome = { id: "not_delivered", types: ["design"], silence };
    expect(loggedOutcomeText({ protocol: "draft", outcome: outcome.id, ...loggedOutcome(outcome) })).toEqual([
      "not delivered: design",
      "the agent started the MCP server, which could not serve",
    ]);
  });

  test("the agent that could not be started", () => {
    expect(loggedOutcomeText({ protocol: "draft", outcome: "not_started", errno: "ENOENT" })).toEqual([
      "the agent could not be started (ENOENT)",
    ]);
  });
});

const told: Partial<EventBodies["attempt_ended"]>[] = [
  { outcome: "delivered" },
  { outcome: "exited" },
  { outcome: "timed_out", limit: "wall" },
  { outcome: "signalled", code: 1 },
  { outcome: "not_started" },
  { outcome: "choice_unmet", choices: [] },
];

test.each(told)("nothing is made up of %j", (body) => {
  expect(loggedOutcomeText({ protocol: "draft", outcome: "delivered", ...body })).toEqual([]);
});
