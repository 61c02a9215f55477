import { describe, expect, test } from "vitest";
import { configOf, diagnosed } from "./support/config.ts";

const DEFAULTS = {
  ...{ command: null, timeout: null, idleTimeout: null, settle: null, attempts: 1, backoff: 30_000 },
  ...{ transcript: false, outputLimit: 256_000_000, env: "inherit", spare: [], exclusive: false },
};

test("what no configuration says has its default", async () => {
  const { agent, agentFor, run, boundProtocols } = await configOf("");
  expect(agent).toEqual(DEFAULTS);
  expect(agentFor("anything")).toEqual(DEFAULTS);
  expect(run).toEqual({ jobs: 1, maxAttempts: 0, timeLimit: null, maxCostUsd: 0, maxReopens: 10 });
  expect(boundProtocols).toEqual([]);
});

test("every key of an agent is read", async () => {
  const { agent } = await configOf(`[agent]
command = ["a", "b"]
timeout = "45m"
idle_timeout = "10m"
settle = "2m"
attempts = 3
backoff = "1.5s"
transcript = true
output_limit = "64MB"
env = ["API_KEY", "http_proxy"]
spare = ["gradle"]
exclusive = true
`);
  expect(agent).toEqual({
    ...{ command: ["a", "b"], timeout: 2_700_000, idleTimeout: 600_000, settle: 120_000, attempts: 3, backoff: 1500 },
    ...{
      transcript: true,
      outputLimit: 64_000_000,
      env: ["API_KEY", "http_proxy"],
      spare: ["gradle"],
      exclusive: true,
    },
  });
});

test("every key of a run is read", async () => {
  const { run } = await configOf(
    '[run]\njobs = 4\nmax_attempts = 100\ntime_limit = "2h"\nmax_cost_usd = 2.5\nmax_reopens = 0\n',
  );
  expect(run).toEqual({ jobs: 4, maxAttempts: 100, timeLimit: 7_200_000, maxCostUsd: 2.5, maxReopens: 0 });
  expect((await configOf('[run]\ntime_limit = ""\nmax_cost_usd = 3\n')).run).toMatchObject({
    ...{ timeLimit: null, maxCostUsd: 3 },
  });
});

describe("what a protocol uses", () => {
  const TEXT = `[agent]
command = ["one"]
timeout = "1h"
attempts = 2
env = ["A"]

[agents.reviewer]
command = ["two"]
timeout = "30m"
env = "inherit"

[agents.""]
command = ["nameless"]

[protocols.review]
agent = "reviewer"
timeout = "10m"
exclusive = true

[protocols.plan]
attempts = 5
timeout = ""

[protocols.__proto__]
attempts = 7
`;

  test.each([
    ["draft", { command: ["one"], timeout: 3_600_000, attempts: 2, env: ["A"], exclusive: false }],
    ["review", { command: ["two"], timeout: 600_000, attempts: 2, env: "inherit", exclusive: true }],
    ["plan", { command: ["one"], timeout: null, attempts: 5, env: ["A"], exclusive: false }],
    ["__proto__", { command: ["one"], attempts: 7 }],
    ["constructor", { command: ["one"], attempts: 2 }],
  ])("%s", async (protocol, expected) => {
    expect((await configOf(TEXT)).agentFor(protocol)).toMatchObject(expected);
  });

  test("which have a table of their own", async () => {
    expect((await configOf(TEXT)).boundProtocols).toEqual(["review", "plan", "__proto__"]);
  });
});

test.each([
  ['transcript = true\n[protocols.p]\ntimeout = "1m"\n', true],
  ['idle_timeout = "1m"\n', true],
  ['settle = "1m"\ntranscript = false\n', true],
  ['[protocols.p]\nidle_timeout = "1m"\n', true],
  ['idle_timeout = "1m"\n[protocols.p]\ntranscript = false\n', true],
  // Where nothing has to see the output any more, what was said about a transcript counts again.
  ['idle_timeout = "1m"\n[protocols.p]\nidle_timeout = ""\n', false],
  ["transcript = true\n[protocols.p]\ntranscript = false\n", false],
])("a transcript is kept where something has to see the output: %j", async (text, transcript) => {
  expect((await configOf(`[agent]\n${text}`)).agentFor("p").transcript).toBe(transcript);
});

const DURATION = 'a duration such as "500ms", "30s", "45m" or "2h", at most "596h"';
const LIMIT = `${DURATION}, or "" for none`;

describe("one wrong value of an agent, in each of the tables", () => {
  test.each([
    ["timeout = 45", 11, `'timeout' must be ${LIMIT}, not a number`],
    ['timeout = "45"', 11, `'timeout' must be ${LIMIT}, not "45"`],
    ['timeout = "1d"', 11, `'timeout' must be ${LIMIT}, not "1d"`],
    ['timeout = "0s"', 11, `'timeout' must be ${LIMIT}, not "0s"`],
    ['timeout = "597h"', 11, `'timeout' must be ${LIMIT}, not "597h"`],
    [`timeout = "${"x".repeat(500)}"`, 11, `'timeout' must be ${LIMIT}, not "${"x".repeat(59)}…`],
    ["idle_timeout = true", 16, `'idle_timeout' must be ${LIMIT}, not a boolean`],
    ["settle = []", 10, `'settle' must be ${LIMIT}, not a list`],
    ["attempts = 0", 12, "'attempts' must be a whole number, 1 or more, not 0"],
    ["attempts = -3", 12, "'attempts' must be a whole number, 1 or more, not -3"],
    ["attempts = 1.5", 12, "'attempts' must be a whole number, 1 or more, not 1.5"],
    ["attempts = inf", 12, "'attempts' must be a whole number, 1 or more, not Infinity"],
    ['attempts = "3"', 12, "'attempts' must be a whole number, 1 or more, not a string"],
    ['backoff = ""', 11, `'backoff' must be ${DURATION}, not ""`],
    ['backoff = "11m"', 11, `'backoff' must be at most 10m, not "11m"`],
    ['transcript = "yes"', 14, "'transcript' must be true or false, not a string"],
    ["exclusive = 1", 13, "'exclusive' must be true or false, not a number"],
    ["output_limit = 1000", 16, `'output_limit' must be a size such as "500kB", "64MB" or "2GB", not a number`],
    ['output_limit = "64MiB"', 16, `'output_limit' must be a size such as "500kB", "64MB" or "2GB", not "64MiB"`],
    ['env = "inherits"', 7, `'env' must be "inherit" or a list of names of environment variables, not "inherits"`],
    ["env = { A = 1 }", 7, "'env' must be \"inherit\" or a list of names of environment variables, not a table"],
    ['env = ["A", "B=1"]', 13, `'env' must hold names of environment variables, not "B=1"`],
    ['env = ["", "A"]', 8, `'env' must hold names of environment variables, not ""`],
    ['env = ["A", "\\u0000"]', 13, `'env' must hold names of environment variables, not "\\u0000"`],
    ["env = [1]", 8, "'env' must hold names of environment variables, not a number"],
    ['spare = "gradle"', 9, "'spare' must be a list of names of programs, not a string"],
    ['spare = ["gradle", 2]', 20, "'spare' must hold names of programs without a path, not a number"],
    ['spare = ["/usr/bin/java"]', 10, `'spare' must hold names of programs without a path, not "/usr/bin/java"`],
    ['command = "x"', 11, "'command' must be a list of strings, the program and its arguments, not a string"],
  ])("%s", async (line, column, message) => {
    expect(await diagnosed(`[agent]\n${line}\n`)).toEqual([`2:${column} error: ${message}`]);
    expect(await diagnosed(`\n[agents.a]\n  ${line}\n`)).toEqual([`3:${column + 2} error: ${message}`]);
    expect(await diagnosed(`[protocols]\np.${line}\n`)).toEqual([`2:${column + 2} error: ${message}`]);
  });
});

describe("what is wrong with the tables, all of it at once", () => {
  test.each([
    {
      title: "unknown keys",
      text: '[agent]\ntime_out = "1m"\nagent = "a"\n[agents.a]\nidletimeout = "1m"\n[agents."b c"]\nx = 1\n[protocols.p]\nsetle = "1m"\n[run]\njob = 1\nattempts = 2\n',
      says: [
        "2:1 error: unknown key 'time_out' in [agent] — did you mean 'timeout'?",
        "3:1 error: unknown key 'agent' in [agent]",
        "5:1 error: unknown key 'idletimeout' in [agents.a] — did you mean 'idle_timeout'?",
        `7:1 error: unknown key 'x' in [agents."b c"]`,
        "9:1 error: unknown key 'setle' in [protocols.p] — did you mean 'settle'?",
        "11:1 error: unknown key 'job' in [run] — did you mean 'jobs'?",
        "12:1 error: unknown key 'attempts' in [run]",
      ],
    },
    {
      title: "something else where tables belong",
      text: 'run = 3\nagents = "a"\nprotocols = []\n',
      says: [
        "1:7 error: 'run' must be a table, written [run], not a number",
        "2:10 error: 'agents' must be a table, written [agents.NAME], not a string",
        "3:13 error: 'protocols' must be a table, written [protocols.NAME], not a list",
      ],
    },
    {
      title: "something else where an agent's or a protocol's table belongs",
      text: '[agents]\ncommand = ["x"]\n[protocols]\n"my review" = "reviewer"\n[[protocols.p]]\n',
      says: [
        "2:11 error: 'command' must be a table, written [agents.command], not a list",
        `4:15 error: 'my review' must be a table, written [protocols."my review"], not a string`,
        "5:13 error: 'p' must be a table, written [protocols.p], not a list",
      ],
    },
    {
      title: "agents that are not there",
      text: '[agents.reviewer]\n[agents.writer]\n[protocols.a]\nagent = "reviewr"\n[protocols.b]\nagent = "codex"\n[protocols.c]\nagent = ["reviewer"]\n[protocols.d]\nagent = ""\n',
      says: [
        "4:9 error: 'agent' names \"reviewr\", but there is no [agents.reviewr] — did you mean 'reviewer'?",
        `6:9 error: 'agent' names "codex", but there is no [agents.codex]`,
        "8:9 error: 'agent' must be a string, not a list",
        "10:9 error: 'agent' is empty or holds a NUL character",
      ],
    },
    {
      title: "limits of a run",
      text: "[run]\njobs = 0\nmax_attempts = -1\ntime_limit = 0\nmax_cost_usd = -0.5\nmax_reopens = 1.5\n",
      says: [
        "2:8 error: 'jobs' must be a whole number, 1 or more, not 0",
        "3:16 error: 'max_attempts' must be a whole number, 0 or more, not -1",
        `4:14 error: 'time_limit' must be ${LIMIT}, not a number`,
        "5:16 error: 'max_cost_usd' must be a number, 0 or more, not -0.5",
        "6:15 error: 'max_reopens' must be a whole number, 0 or more, not 1.5",
      ],
    },
    {
      title: "limits of a run, in other ways",
      text: '[run]\njobs = "4"\ntime_limit = "soon"\nmax_cost_usd = nan\n',
      says: [
        "2:8 error: 'jobs' must be a whole number, 1 or more, not a string",
        `3:14 error: 'time_limit' must be ${LIMIT}, not "soon"`,
        "4:16 error: 'max_cost_usd' must be a number, 0 or more, not NaN",
      ],
    },
  ])("$title", async ({ text, says }) => {
    expect(await diagnosed(text)).toEqual(says);
  });
});
