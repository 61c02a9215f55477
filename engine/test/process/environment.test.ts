import { expect, test } from "vitest";
import { agentEnvironment } from "../../src/process/environment.ts";

const BASE = {
  PATH: "/bin",
  HOME: "/home/me",
  RUNA_CONFIG: "c.toml",
  RUNA_ATTEMPT: "outer",
  API_KEY: "k",
  SECRET: "s",
};

test("all of it is inherited, and what the attempt sets wins", () => {
  expect(agentEnvironment(BASE, "inherit", { RUNA_ATTEMPT: "outer,inner" })).toEqual({
    ...BASE,
    RUNA_ATTEMPT: "outer,inner",
  });
});

test("what the attempt has not, it takes away", () => {
  const { RUNA_ATTEMPT, ...left } = BASE;
  expect(agentEnvironment(BASE, "inherit", { RUNA_ATTEMPT: undefined })).toEqual(left);
  expect(agentEnvironment({ RUNA_ATTEMPT }, [], { RUNA_ATTEMPT: undefined })).toEqual({});
});

test("of a list, what is there is passed on, beside what every agent gets", () => {
  const { SECRET, ...passed } = BASE;
  expect(agentEnvironment(BASE, ["API_KEY", "MISSING"], { RUNA_USAGE: "u" })).toEqual({ ...passed, RUNA_USAGE: "u" });
  expect(agentEnvironment({ SECRET, TERM: "dumb", PATHEXT: "x" }, [], {})).toEqual({ TERM: "dumb" });
});
