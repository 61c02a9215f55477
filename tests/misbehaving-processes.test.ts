import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { misbehaving, rigWith, stepWith } from "./rig/misbehaving.ts";
import { RUNA } from "./rig/programs.ts";

const TIMEOUT = 'timeout = "500ms"';
/** The agents that are ended by it have written so much when they have done what they are for. */
const OUTPUT_LIMIT = 'transcript = true\noutput_limit = "1MB"';

describe("an agent that takes and says nothing", () => {
  test("never reads its stdin, however long the prompt is: delivered", async () => {
    const long = { "requirements/r1": { title: "Fast ".repeat(300_000) } };
    const { exitCode, stderr } = await stepWith("reads-nothing", { artifacts: long });
    expect(stderr).toContain("✓ draft");
    expect(exitCode).toBe(0);
  });

  test.each(["", "transcript = true"])("closes its output and goes on: it is waited for (%s)", async (settings) => {
    const { rig, exitCode, stderr } = await stepWith("closes-output", { settings });
    expect(stderr).toContain("✓ draft");
    expect(exitCode).toBe(0);
    expect(rig.artifacts()).toContain("design/d1");
  });

  test("closes its output and stays: timed_out by its timeout", async () => {
    const { exitCode, stderr } = await stepWith("closes-output-and-stays", { settings: TIMEOUT });
    expect(stderr).toContain("✗ draft");
    expect(stderr).toContain("timed_out: it ran for 500 ms, its timeout");
    expect(exitCode).toBe(1);
  });

  test("exits with 0 at once: not_delivered", async () => {
    const { rig, exitCode, stderr } = await stepWith("exits-at-once");
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("the agent never started the MCP server");
    expect(exitCode).toBe(1);
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });
});

describe("an agent that does not end", () => {
  test("has delivered everything and stays: ended as delivered, where settle says when", async () => {
    const { exitCode, stderr } = await stepWith("delivers-and-stays", { settings: 'settle = "300ms"' });
    expect(stderr).toMatch(/✓ draft .*design\/d1 \(everything it owes was delivered; it was silent after that/);
    expect(exitCode).toBe(0);
  });

  test("ignores SIGTERM: killed after the grace", async () => {
    const { exitCode, stderr } = await stepWith("ignores-sigterm", { settings: OUTPUT_LIMIT });
    expect(stderr).toContain("timed_out: it wrote more than 1 MB of output");
    expect(exitCode).toBe(1);
  });

  test("is stopped by SIGSTOP: ended all the same", async () => {
    const { exitCode, stderr } = await stepWith("stops-itself", { settings: TIMEOUT });
    expect(stderr).toContain("timed_out: it ran for 500 ms, its timeout");
    expect(exitCode).toBe(1);
  });
});

describe("an agent that leaves a process behind", () => {
  test.each(["leaves-daemon", "leaves-daemon-holding-output"])("%s: delivered, and it is ended", async (name) => {
    const { rig, exitCode, stderr } = await stepWith(name);
    expect(stderr).toContain("✓ draft");
    expect(stderr).toMatch(/^ {2}ended node \(pid \d+\), which it had left, with SIG(TERM|KILL)$/m);
    expect(exitCode).toBe(0);
    const [ended] = await rig.events("attempt_ended");
    expect(ended?.body).toMatchObject({ outcome: "delivered", swept: [{ name: "node" }] });
  });

  test("in another session and with another environment: found by its parent", async () => {
    const { exitCode, stderr } = await stepWith("hides-daemon", { settings: OUTPUT_LIMIT });
    expect(stderr).toContain("timed_out");
    expect(stderr).toMatch(/^ {2}ended node \(pid \d+\), which it had left/m);
    expect(exitCode).toBe(1);
  });
});

describe("an agent that writes and writes", () => {
  test("more than its output_limit: timed_out", async () => {
    const { rig, exitCode, stdout, stderr } = await stepWith("writes-on-and-on", { settings: OUTPUT_LIMIT });
    expect(stderr).toContain("timed_out: it wrote more than 1 MB of output, its output_limit");
    expect(exitCode).toBe(1);
    const [ended] = await rig.events("attempt_ended");
    expect(statSync(`${rig.project}/.runa/store/attempts/${ended?.attempt}/stdout.log`).size).toBe(1e6);
    // However much it wrote: so much is shown, and so much is kept.
    expect(stdout.length).toBeLessThan(1e6 + 1e4);
  });

  test.each([
    { how: "straight", settings: "" },
    { how: "through a transcript", settings: 'transcript = true\noutput_limit = "1GB"' },
  ])("a great deal, $how: whoever reads it gets all, and runa holds little of it", async ({ settings }) => {
    const bytes = 256 * 2 ** 20;
    const rig = await rigWith("writes-much", { agent: misbehaving("writes-much", String(bytes)), settings });
    const line = `"${process.execPath}" "${RUNA}" step | wc -c`;
    const options = `--require=${JSON.stringify(fileURLToPath(new URL("rig/record-peak.cjs", import.meta.url)))}`;
    const env = { NODE_OPTIONS: options, PEAK: join(rig.directory, "peak") };
    const { stdout, stderr } = await rig.launch(["/bin/sh", "-c", line], line, { env }).ended();
    expect(stderr).toContain("✓ draft");
    expect(rig.living()).toEqual([]);
    expect(Number(stdout)).toBeGreaterThanOrEqual(bytes);
    expect(Number(stdout)).toBeLessThan(bytes + 10_000);
    expect(Number(readFileSync(env.PEAK, "utf8"))).toBeLessThan(bytes);
  });
});
