import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

const protocols = ["a", "b", "c"].map((name) => ({ name, requires: ["brief"], produces: [`of-${name}`] }));

/** An agent that delivers what it is to, or fails, and tells of its cost where it is `b`. */
function agent(cost: string, fails = "none"): string[] {
  const script = `
    name=$(printf %s "$RUNA_MCP_CONFIG" | sed 's/.*--protocol","\\([a-z]*\\)".*/\\1/')
    test "$name" = ${fails} && exit 1
    mkdir -p .runa/workspace/of-$name && echo '{"title": "Done"}' > .runa/workspace/of-$name/1.json
    ${cost}`;
  return ["/bin/sh", "-c", script];
}

const three: RigOptions = { protocols, artifacts: { "brief/b1": { title: "Brief" } }, agent: agent("") };
const started = (stderr: string) => [...stderr.matchAll(/^▶ (\w+)/gm)].map(([, name]) => name);

describe("--max-attempts", () => {
  test("starts no more: limit_reached, 3", async () => {
    const rig = await makeRig(three);
    const { exitCode, stdout, stderr } = await rig.run("run", "--max-attempts", "1");
    expect(exitCode).toBe(3);
    expect(started(stderr)).toEqual(["a"]);
    expect(stdout).toMatch(/^owed: b {2}READY {2}not started\nowed: c {2}READY {2}not started$/m);
    expect(stdout).toMatch(
      /^limit_reached: the limit of 1 attempt \(max_attempts\) was reached; 1 protocol delivered, 2 still owed; `runa run` goes on$/m,
    );
    expect((await rig.run("run")).exitCode).toBe(0);
  });

  test("with a failure: limit_reached, 2", async () => {
    const rig = await makeRig({ ...three, agent: agent("", "a") });
    const { exitCode, stdout } = await rig.run("run", "--max-attempts", "1");
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /^limit_reached: the limit of 1 attempt \(max_attempts\) was reached; 0 protocols delivered, 1 failed, 2 still owed; /m,
    );
  });

  test("counts retries", async () => {
    const settings = 'attempts = 5\nbackoff = "1ms"';
    const rig = await makeRig({ ...draft, agent: ["false"], settings });
    const { stdout, stderr } = await rig.run("run", "--max-attempts", "3");
    expect(started(stderr)).toEqual(["draft", "draft", "draft"]);
    expect(stdout).toMatch(/^limit_reached: /m);
  });

  test("that was not needed is none; the config says it, too; 0 is no limit", async () => {
    const rig = await makeRig({ ...three, config: "[run]\nmax_attempts = 2" });
    expect((await rig.run("run")).exitCode).toBe(3);
    const { exitCode, stdout } = await rig.run("run", "--max-attempts", "1");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^all_complete: /m);
    rig.remove(".runa/workspace/of-a");
    rig.remove(".runa/workspace/of-b");
    rig.remove(".runa/workspace/of-c");
    expect((await rig.run("run", "--max-attempts", "0")).exitCode).toBe(0);
  });

  test("counts for step as little as the other limits of a run", async () => {
    const rig = await makeRig({ ...three, config: "[run]\nmax_attempts = 1\nmax_cost_usd = 0.001" });
    expect((await rig.run("step")).exitCode).toBe(0);
    expect((await rig.run("step")).exitCode).toBe(0);
  });
});

describe("--time-limit", () => {
  test("starts nothing after it, and what runs is finished", async () => {
    const rig = await makeRig({ ...three, agent: agent("sleep 1.6") });
    const { exitCode, stdout, stderr } = await rig.run("run", "--time-limit", "1500ms");
    expect({ exitCode, started: started(stderr) }).toEqual({ exitCode: 3, started: ["a"] });
    expect(stdout).toMatch(
      /^limit_reached: the limit of 1.5 s \(time_limit\) was reached; 1 protocol delivered, 2 still owed; `runa run` goes on$/m,
    );
  });

  test("that is over before there is anything to start", async () => {
    const rig = await makeRig(three);
    const { exitCode, stdout } = await rig.run("run", "--time-limit", "1ms");
    expect(exitCode).toBe(3);
    expect(stdout).toBe(
      `${["a", "b", "c"].map((name) => `owed: ${name}  READY  not started\n`).join("")}limit_reached: the limit of 1 ms (time_limit) was reached; 0 protocols delivered, 3 still owed; \`runa run\` goes on\n`,
    );
  });

  test("does not wait for a retry that would come after it", async () => {
    const rig = await makeRig({ ...three, agent: ["false"], settings: 'attempts = 2\nbackoff = "10m"' });
    const { exitCode, stdout, stderr } = await rig.run("run", "--time-limit", "2s");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^limit_reached: the limit of 2 s \(time_limit\) was reached; /m);
    expect(stderr).toContain("tries again in");
  });
});

describe("max_cost_usd", () => {
  const usage = (text: string) => `echo '${text}' > "$RUNA_USAGE"`;

  test("starts nothing once known costs reach it", async () => {
    const config = "[run]\nmax_cost_usd = 1";
    const rig = await makeRig({ ...three, agent: agent(usage('{"cost_usd": 0.6, "tokens": 7}')), config });
    const { exitCode, stdout, stderr } = await rig.run("run");
    expect(exitCode).toBe(3);
    expect(started(stderr)).toEqual(["a", "b"]);
    expect(stdout).toMatch(
      /^limit_reached: the limit of 1 USD \(max_cost_usd\) was reached: 1.20 USD spent; 2 protocols delivered, 1 still owed; /m,
    );
    expect(stdout).not.toContain("cost unknown");
  });

  test("lists attempts whose costs are not known", async () => {
    const config = "[run]\nmax_cost_usd = 1";
    const rig = await makeRig({ ...three, agent: agent(`test "$name" = a || ${usage('{"cost_usd": 1}')}`), config });
    const { stdout, stderr } = await rig.run("run");
    expect(started(stderr)).toEqual(["a", "b"]);
    const [first] = await rig.events("attempt_ended");
    expect(stdout).toContain(`cost unknown: a, attempt ${first?.attempt}`);
    expect(stdout.match(/cost unknown/g)).toHaveLength(1);
  });

  test("is not reached by what is not known, which is listed however the run ends", async () => {
    const rig = await makeRig({ ...three, agent: agent(usage('{"tokens": 9}')), config: "[run]\nmax_cost_usd = 1" });
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^all_complete: /m);
    expect(stdout.match(/^cost unknown: /gm)).toHaveLength(3);
  });

  test("what is known of costs has a column, whether there is a limit or not", async () => {
    const rig = await makeRig({ ...three, agent: agent(`test "$name" = a || ${usage('{"cost_usd": 0.02}')}`) });
    const { stdout } = await rig.run("run");
    expect(stdout).toMatch(/^PROTOCOL +OUTCOME +TRIES +TIME +COST +DELIVERED$/m);
    expect(stdout).toMatch(/^a +delivered +1 +\S+ s +- +of-a\/1$/m);
    expect(stdout).toMatch(/^b +delivered +1 +\S+ s +0\.0200 USD +of-b\/1$/m);
    expect(stdout).not.toContain("cost unknown");
  });

  test("what an agent wrote that cannot be understood is warned of, once, with its attempt", async () => {
    const rig = await makeRig({ ...draft, agent: ["sh", "-c", 'echo cheap > "$RUNA_USAGE"'] });
    const { stderr } = await rig.run("run");
    const [ended] = await rig.events("attempt_ended");
    expect(stderr.match(/RUNA_USAGE is not understood: it is not JSON/g)).toHaveLength(1);
    expect(stderr).toContain(`attempt=${ended?.attempt}`);
  });
});

test.each([
  ["--max-attempts", "-1", "a whole number of at least 0"],
  ["--time-limit", "soon", 'a duration such as "500ms", "30s", "45m" or "2h"'],
  ["--grace", "0", 'a duration such as "500ms", "30s", "45m" or "2h"'],
])("%s %s is wrong usage", async (option, value, wanted) => {
  const rig = await makeRig(three);
  const { exitCode, stderr } = await rig.run("run", `${option}=${value}`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`error: ${option} takes ${wanted}`);
  // The value apart from its option is the same.
  expect((await rig.run("run", option, value)).stderr).toBe(stderr);
});
