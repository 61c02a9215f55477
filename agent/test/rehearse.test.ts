import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, tool } from "./stage.ts";

const stage = new Stage();
beforeAll(() => stage.prepare());
afterAll(() => stage.dispose());

const MEMBERS = ["approved", "needs-revision"];
const choice = (name: string) => tool(name, { duty: { kind: "choice", group: "disposition", members: MEMBERS } });
const REVIEW = [
  tool("report"),
  choice("needs-revision"),
  choice("approved"),
  tool("notes", { duty: { kind: "may_produce" } }),
];

describe("what is delivered", () => {
  test("every owed output, the first member of a choice, nothing that may only be produced", async () => {
    const ended = await stage.run(["rehearse"], { tools: REVIEW }, { args: ["--protocol", "review"] });
    expect(ended.stderr).toBe("");
    expect(ended.stdout).toBe(
      "rehearse review: delivered report/report     (produces)\n" +
        "rehearse review: delivered approved/approved (choice disposition)\n",
    );
    expect(ended.code).toBe(0);
    expect(ended.calls.map((call) => call.tool)).toEqual(["report", "approved"]);
    expect(ended.calls[0]?.args).toEqual({
      instance_id: "report",
      title: expect.stringMatching(/^Rehearsed title: /),
      note: expect.stringMatching(/^Rehearsed note: /),
    });
    expect(ended.log.at(-1)).toEqual({ closed: true });
  });

  test("the server gets the environment of the agent and its own", async () => {
    const ended = await stage.run(["rehearse"], { tools: [] }, { env: { STAND_IN_MARK: "from the agent" } });
    expect(ended.log[0]).toEqual({ started: ["--protocol", "design"], marked: "from the config" });
    expect(ended.stdout).toBe("rehearse design: nothing to deliver\n");
    expect(ended.code).toBe(0);
  });

  test("--choose, --optional and --skip", async () => {
    const argv = ["rehearse", "--choose", "needs-revision", "--optional", "--skip", "report"];
    const ended = await stage.run(argv, { tools: REVIEW });
    expect(ended.code).toBe(0);
    expect(ended.calls.map((call) => call.tool)).toEqual(["needs-revision", "notes"]);
    expect(ended.stdout.split("\n").at(-2)).toMatch(/^rehearse design: skipped {3}report +\(--skip\)$/);
  });

  test("a tool that says no duty is owed, and the server's own tools are none", async () => {
    const { _meta, ...bare } = tool("design");
    const own = ["confirm_unchanged", "withdraw"].map((name) => ({ ...bare, name }));
    const ended = await stage.run(["rehearse"], { tools: [bare, ...own] });
    expect(ended.calls.map((call) => call.tool)).toEqual(["design"]);
  });

  test("instances of a work unit carry its name, and --instance-id names them otherwise", async () => {
    const args = ["--protocol", "implement", "--work-unit", "login"];
    const scoped = await stage.run(["rehearse"], { tools: [tool("patch")] }, { args });
    expect(scoped.calls[0]?.args?.instance_id).toBe("patch-login");
    const named = await stage.run(["rehearse", "--instance-id", "mine"], { tools: [tool("patch")] }, { args });
    expect(named.calls[0]?.args?.instance_id).toBe("mine");
  });
});

describe("the same again", () => {
  const made = async (argv: string[], prompt: string, cwd?: string, env = {}) =>
    (await stage.run(["rehearse", ...argv], { tools: [tool("design")] }, { prompt, env, ...(cwd ? { cwd } : {}) }))
      .calls[0]?.args;

  test("two rehearsals of one prompt are alike, another prompt or seed makes something new", async () => {
    const first = await made([], "# design\n\nThe requirements: a\n");
    expect(await made([], "# design\n\nThe requirements: a\n")).toEqual(first);
    expect(await made([], "# design\n\nThe requirements: b\n")).not.toEqual(first);
    expect(await made(["--seed", "2"], "# design\n\nThe requirements: a\n")).not.toEqual(first);
  });

  test("neither the project's place nor the attempt's id counts", async () => {
    const [here, there] = ["here", "over-there"].map((name) => {
      const directory = join(realpathSync(stage.directory), name);
      mkdirSync(directory);
      return directory;
    });
    const [one, two] = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];
    const first = await made([], `Work in ${here}, attempt ${one}.`, here, { RUNA_ATTEMPT: one });
    expect(await made([], `Work in ${there}, attempt ${two}.`, there, { RUNA_ATTEMPT: two })).toEqual(first);
  });

  test("a prompt of megabytes is read to its end", async () => {
    const long = "word ".repeat(1_000_000);
    expect(await made([], `${long}a`)).not.toEqual(await made([], `${long}b`));
  });
});

describe("refusals", () => {
  test("what is only required is delivered when more is refused", async () => {
    const enforced = { design: { type: "object", properties: { note: { const: "nothing else" } } } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design")], enforced });
    expect(ended.code).toBe(0);
    expect(ended.calls.map((call) => Object.keys(call.args ?? {}))).toEqual([
      ["instance_id", "title", "note"],
      ["instance_id", "title"],
    ]);
  });

  test.each([false, true])(
    "what a looser tool schema leaves out is added as the server's errors say (text only: %s)",
    async (mute) => {
      const properties = {
        instance_id: { type: "string" },
        kind: { enum: ["file"] },
        path: { type: "string" },
        url: { type: "string" },
      };
      const enforced = {
        source: {
          type: "object",
          required: ["path"],
          oneOf: [
            { required: ["path"], properties: { url: { const: "never" } } },
            { required: ["url"], properties: { path: { const: "never" } } },
          ],
        },
      };
      const inputSchema = { properties, required: ["instance_id"] };
      const ended = await stage.run(["rehearse"], { tools: [tool("source", { inputSchema })], enforced, mute });
      expect(ended.stderr).toBe("");
      expect(ended.calls.at(-1)?.args).toEqual({ instance_id: "source", path: expect.any(String) });
    },
  );

  test("a server that refuses everything gets a few tries, then an error with its last words", async () => {
    const violations = [{ path: "/title", expected: "a better one", got: '"x"' }];
    const refuse = { design: { content: [{ type: "text", text: "no" }], structuredContent: { violations } } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design")], refuse });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^error: the server refused every design\/design that was tried \(\d+\): \/title: expected a better one, got "x"\n$/,
    );
    expect(ended.calls.length).toBeGreaterThan(4);
    expect(ended.calls.length).toBeLessThan(40);
  });

  test("a refusal without violations is taken at its word", async () => {
    const refuse = {
      design: { content: [{ type: "text", text: "the attempt\nhas ended" }], structuredContent: { violations: [] } },
    };
    const ended = await stage.run(["rehearse"], { tools: [tool("design")], refuse });
    expect(ended.stderr).toBe(
      "error: the server refused every design/design that was tried (1): the attempt\\nhas ended\n",
    );
    expect(ended.calls).toHaveLength(1);
  });

  const confirm = { name: "confirm_unchanged", inputSchema: { type: "object" } };

  test("an older instance is confirmed when the schema takes nothing else", async () => {
    const violations = [{ path: "/title", expected: "a better one", got: '"x"' }];
    const refuse = { design: { content: [], structuredContent: { violations } } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design"), confirm], refuse });
    expect(ended.stdout).toBe("rehearse design: confirmed design/design (produces)\n");
    expect(ended.calls.at(-1)).toEqual({
      tool: "confirm_unchanged",
      args: { artifact_type: "design", instance_id: "design", reason: expect.any(String) },
    });
  });

  test("and when nothing can be made that it allows", async () => {
    const inputSchema = { properties: { instance_id: { type: "string" }, title: false } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design", { inputSchema }), confirm] });
    expect(ended.stdout).toBe("rehearse design: confirmed design/design (produces)\n");
    expect(ended.code).toBe(0);
  });

  test.each([
    ["said with an empty list", { structuredContent: { violations: [] } }],
    ["said in words alone", {}],
  ])("none is confirmed in the place of a write that something else refused, %s", async (_, more) => {
    const refuse = { design: { content: [{ type: "text", text: "it could not be written" }], ...more } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design"), confirm, tool("notes")], refuse });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: the server refused every design\/design .*: it could not be written\n$/);
    expect(new Set(ended.calls.map(({ tool }) => tool))).toEqual(new Set(["design"]));
  });

  test("nor in the place of a call that failed", async () => {
    const ended = await stage.run(["rehearse"], { tools: [tool("design"), confirm], die: "call" });
    expect(ended.code).toBe(1);
    expect(ended.calls.map(({ tool }) => tool)).toEqual(["design"]);
  });

  test("a schema that nothing satisfies is said so", async () => {
    const inputSchema = { properties: { instance_id: { type: "string" }, title: false } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design", { inputSchema })] });
    expect(ended.stderr).toBe(
      "error: nothing can be made for design/design that its schema allows: nothing is allowed here\n",
    );
    expect(ended.code).toBe(1);
  });

  test("a reference out of the schema is never fetched", async () => {
    const inputSchema = { properties: { instance_id: {}, title: { $ref: "http://127.0.0.1:9/title.json" } } };
    const ended = await stage.run(["rehearse"], { tools: [tool("design", { inputSchema })] });
    expect(ended.stderr).toMatch(
      /^error: .*design\/design.*http:\/\/127\.0\.0\.1:9\/title\.json, which it does not contain\n$/,
    );
  });
});

describe("--invalid", () => {
  test("delivers a wrong one, then mends it by the server's errors", async () => {
    const ended = await stage.run(["rehearse", "--invalid", "design"], { tools: [tool("design")] });
    expect(ended.stderr).toBe("");
    expect(ended.stdout).toBe(
      'rehearse design: refused   design/design (--invalid: without the required "title")\n' +
        'rehearse design:   the artifact: expected the property "title", got an object without it\n' +
        "rehearse design: mended    design/design (produces)\n",
    );
    expect(ended.calls.map((call) => Object.keys(call.args ?? {}).sort())).toEqual([
      ["instance_id", "note"],
      ["instance_id", "note", "title"],
    ]);
  });

  test("breaks the type of an artifact that is no object", async () => {
    const inputSchema = {
      properties: { instance_id: { type: "string" }, artifact: { type: "array", items: { type: "string" } } },
      required: ["instance_id", "artifact"],
    };
    const enforced = { list: { type: "object", properties: { artifact: { type: "array" } } } };
    const ended = await stage.run(["rehearse", "--invalid", "list"], {
      tools: [tool("list", { inputSchema })],
      enforced,
    });
    expect(ended.stderr).toBe("");
    expect(ended.calls.map((call) => call.args?.artifact)).toEqual([false, [expect.any(String), expect.any(String)]]);
  });

  test("is an error when the server accepts the wrong one", async () => {
    const ended = await stage.run(["rehearse", "--invalid", "design"], { tools: [tool("design")], accept: ["design"] });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      'error: the server accepted a wrong design/design (without the required "title"), which it must refuse\n',
    );
  });

  test("is an error when the server's errors lead nowhere", async () => {
    const violations = [{ path: "/note", expected: "something else", got: "this" }];
    const refuse = { design: { content: [], structuredContent: { violations } } };
    const ended = await stage.run(["rehearse", "--invalid", "design"], { tools: [tool("design")], refuse });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: the server's errors did not lead from a wrong design\/design \(without the/);
    expect(ended.calls.every((call) => call.args !== undefined && !("title" in call.args))).toBe(true);
  });
});

test("an option that names a type the server does not offer has no effect, and says so", async () => {
  const ended = await stage.run(["rehearse", "--skip", "desing"], { tools: [tool("design")] });
  expect(ended.stdout).toContain("--skip desing has no effect here\n");
  expect(ended.calls).toHaveLength(1);
  expect(ended.code).toBe(0);
});

describe("what goes wrong", () => {
  test("a server that ends at once gives its last line as the reason", async () => {
    const standIn = { die: "start", stderr: "warming up\nerror: unknown protocol 'x'\n" } as const;
    const ended = await stage.run(["rehearse"], standIn, { open: true });
    expect(ended.stderr).toMatch(
      /^error: the MCP server did not start: error: unknown protocol 'x' \(started as: .*\)\n$/,
    );
    expect(ended.code).toBe(1);
  });

  test("a server that cannot be started", async () => {
    const RUNA_MCP_CONFIG = JSON.stringify({ command: "/nowhere/runa-mcp" });
    const ended = await stage.run(["rehearse"], {}, { env: { RUNA_MCP_CONFIG } });
    expect(ended.stderr).toMatch(
      /^error: the MCP server did not start: .*ENOENT.* \(started as: \/nowhere\/runa-mcp\)\n$/,
    );
    expect(ended.code).toBe(1);
  });

  test("a server that ends in the middle of a call", async () => {
    const ended = await stage.run(["rehearse"], { tools: [tool("design")], die: "call" });
    expect(ended.stderr).toMatch(/^error: the call of tool "design" failed: .*\n$/);
    expect(ended.code).toBe(1);
  });

  test("what the server says on stderr is shown", async () => {
    const ended = await stage.run(["rehearse"], { tools: [tool("design")], stderr: "a warning\n" });
    expect(ended.stderr).toBe("a warning\n");
    expect(ended.code).toBe(0);
  });

  test("control characters in names do not reach the terminal", async () => {
    const duty = { artifact_type: "a\u001b[31m\u202eb" };
    const ended = await stage.run(["rehearse"], { tools: [tool("design", { duty })] });
    expect(ended.stdout).toContain("delivered a\\u{1b}[31m\\u{202e}b/");
  });
});

describe("ends that are asked for", () => {
  test("--fail exits with 1, delivers nothing and reads its prompt", async () => {
    const ended = await stage.run(
      ["rehearse", "--fail"],
      { tools: [tool("design")] },
      { prompt: "p".repeat(1_000_000) },
    );
    expect(ended.stderr).toBe("error: failed before delivering anything, as --fail asks\n");
    expect(ended.code).toBe(1);
    expect(ended.log).toEqual([]);
  });

  test("--exit leaves with its code once everything is delivered", async () => {
    const ended = await stage.run(["rehearse", "--exit", "7"], { tools: [tool("design")] });
    expect(ended.code).toBe(7);
    expect(ended.calls).toHaveLength(1);
  });

  test("--sleep waits before anything is delivered", async () => {
    const before = performance.now();
    const ended = await stage.run(["rehearse", "--sleep", "400ms"], { tools: [tool("design")] });
    expect(performance.now() - before).toBeGreaterThan(400);
    expect(ended.calls).toHaveLength(1);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("%s closes the server and exits with %i", async (signal, code) => {
    const standIn = { tools: [tool("design")], stderr: "up\n" };
    const ended = await stage.run(["rehearse", "--sleep", "1h"], standIn, {
      // The server's stderr is shown once it has answered, so the program is asleep then.
      meanwhile: (child) => child.stderr?.once("data", () => child.kill(signal)),
    });
    expect(ended.code).toBe(code);
    expect(ended.calls).toEqual([]);
    expect(ended.log.at(-1)).toEqual({ closed: true });
    expect(ended.stderr).toBe("up\n");
  });

  test("SIGTERM ends a server that never answers, too", async () => {
    const ended = await stage.run(["rehearse"], { silent: true }, { meanwhile: (child) => child.kill("SIGTERM") });
    expect(ended).toMatchObject({ code: 143, stdout: "", stderr: "" });
    expect(ended.log.at(-1)).toEqual({ closed: true });
  });
});

describe("command line", () => {
  const inside = async (argv: string[]) => stage.run(argv, {}, { env: { RUNA_MCP_CONFIG: undefined } });

  test("--version", async () => {
    expect(await inside(["--version"])).toMatchObject({ code: 0, stdout: "1.2.3\n", stderr: "" });
  });

  test("rehearse --check answers as the agent CLIs do, with nothing of an attempt around", async () => {
    const ended = await inside(["rehearse", "--check"]);
    expect(ended).toMatchObject({
      code: 0,
      stdout: "Rehearsal agent: a part of runa\nversion: 1.2.3\nready\n",
      stderr: "",
    });
  });

  test("--help lists the agents, rehearse --help its options and examples", async () => {
    const all = await inside(["--help"]);
    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(all.stdout).toContain("runa-agent rehearse");
    const one = await inside(["rehearse", "--help"]);
    expect(one).toMatchObject({ code: 0, stderr: "" });
    for (const option of [
      "seed",
      "choose",
      "optional",
      "skip",
      "invalid",
      "instance-id",
      "work-unit",
      "sleep",
      "fail",
      "exit",
      "check",
    ]) {
      expect(one.stdout).toContain(`--${option}`);
    }
    expect(one.stdout).toContain("runa-agent rehearse --choose needs-revision");
    expect(one.stdout).not.toContain("\u001b");
  });
});
