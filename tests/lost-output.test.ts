import { describe, expect, test } from "vitest";
import { Connection } from "./rig/connection.ts";
import { draft } from "./rig/examples.ts";
import { McpClient, type ServerMessage } from "./rig/mcp-client.ts";
import { RUNA, RUNA_AGENT, RUNA_MCP } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

const NODE = process.execPath;

/** Lines of a shell that run a command whose stderr takes nothing, and keep its exit code; its stdout is what 3 is there. */
const LOSSES: readonly (readonly [string, (command: string) => string])[] = [
  ["whose disk is full", (command) => `${command} 2> /dev/full; echo $? > code.txt`],
  ["that nobody reads any more", (command) => `(${command}; echo $? > code.txt) 2>&1 >&3 | true`],
  ["that is closed", (command) => `${command} 2>&-; echo $? > code.txt`],
];

describe.each(LOSSES)("with a stderr %s", (_, lossy) => {
  test.each(["info", "warn"])("a run records what it does, whatever is logged (%s)", async (level) => {
    const rig = await makeRig(draft);
    const line = `exec 3>&1; ${lossy(`'${NODE}' '${RUNA}' run`)}`;
    const run = rig.launch(["sh", "-c", line], "runa run", { env: { RUST_LOG: level } });
    const agent = await rig.nextAttempt();
    // What is no usage is warned of.
    await agent.writeFile(agent.env.RUNA_USAGE ?? "", "no json");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await run.ended();
    expect(rig.read("code.txt")).toBe("0\n");
    expect(await rig.events("attempt_ended")).toHaveLength(1);
  });

  test("a server takes deliveries, whatever is logged", async () => {
    const rig = await makeRig(draft);
    const line = `exec 3>&1; ${lossy(`'${NODE}' '${RUNA_MCP}' --protocol draft`)}`;
    const program = rig.launch(["sh", "-c", line], "runa-mcp", {
      env: { RUST_LOG: "info" },
      listens: true,
    });
    const server = new McpClient(new Connection<ServerMessage>(program.line()));
    await server.initialize();
    for (const id of ["d1", "d2"])
      expect(await server.call("design", { instance_id: id, title: "By hand" })).toMatchObject({ isError: false });
    server.end();
    await program.finished;
    expect(rig.read("code.txt")).toBe("0\n");
  });

  test("the rehearsal agent delivers", async () => {
    const line = `exec 3>&1; ${lossy(`'${NODE}' '${RUNA_AGENT}' rehearse > /dev/full`)}`;
    const rig = await makeRig({ ...draft, agent: ["sh", "-c", `${line}; exit $(cat code.txt)`] });
    const { exitCode, stdout } = await rig.run("run");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("all_complete") });
  });
});
