import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { chainDone, diagnosed } from "./rig/audit.ts";
import { chain, draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

interface Made {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly content_hash: string;
  readonly made: Readonly<Record<string, string>>;
}

interface Trail {
  readonly log_head: string;
  readonly artifacts: readonly (Made & { readonly status: string })[];
  readonly attempts: readonly {
    readonly attempt: string;
    readonly protocol: string;
    readonly inputs: readonly Made[];
  }[];
}

/** The trail of an artifact, which `run` has held against its schema. */
async function trailOf(rig: Rig, ...words: string[]): Promise<Trail> {
  return (await rig.run("audit", ...words, "--json")).json as unknown as Trail;
}

const short = (id = "") => id.slice(0, 13);
const hashOf = (value: object) => `sha256:${createHash("sha256").update(JSON.stringify(value)).digest("hex")}`;

describe("audit", () => {
  test("follows an artifact back to what came from outside", async () => {
    const rig = await makeRig(chain);
    const [drafted, built] = await chainDone(rig);
    const trail = await trailOf(rig);
    expect(trail.artifacts).toEqual([
      {
        artifact_type: "code",
        instance_id: "x1",
        content_hash: hashOf({ title: "code" }),
        made: { by: "attempt", attempt: built, via: "tool" },
        status: "valid",
      },
    ]);
    expect(trail.attempts.map(({ attempt, protocol, inputs }) => ({ attempt, protocol, inputs }))).toEqual([
      {
        attempt: built,
        protocol: "build",
        inputs: [
          {
            artifact_type: "design",
            instance_id: "x1",
            content_hash: hashOf({ title: "design" }),
            made: { by: "attempt", attempt: drafted, via: "tool" },
          },
        ],
      },
      {
        attempt: drafted,
        protocol: "draft",
        inputs: [
          {
            artifact_type: "requirements",
            instance_id: "r1",
            content_hash: hashOf({ title: "Fast" }),
            made: { by: "hand" },
          },
        ],
      },
    ]);
    expect(trail.log_head).toBe((await rig.run("log", "--head")).stdout.trim());

    const { stdout } = await rig.run("audit", "code/x1");
    const { username } = userInfo();
    expect(stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, [^\n]*/g, "WHEN").replace(/agent [^\n]*/g, "AGENT")).toBe(
      [
        `code/x1  ${hashOf({ title: "code" }).slice(7, 19)}  valid`,
        `  made by build, attempt ${short(built)}`,
        "    delivered, WHEN",
        `    run by ${username}, AGENT`,
        `    design/x1  ${hashOf({ title: "design" }).slice(7, 19)}`,
        `      made by draft, attempt ${short(drafted)}`,
        "        delivered, WHEN",
        `        run by ${username}, AGENT`,
        `        requirements/r1  ${hashOf({ title: "Fast" }).slice(7, 19)}`,
        "          from outside: put there by hand",
        "",
      ].join("\n"),
    );
  });

  test("tells a content that was edited since from the one that was delivered and used", async () => {
    const rig = await makeRig(chain);
    const [drafted] = await chainDone(rig);
    rig.artifact("design/x1", { title: "by hand" });
    const trail = await trailOf(rig, "design", "x1");
    expect(trail.artifacts).toMatchObject([{ made: { by: "hand", at: expect.any(String) } }]);
    expect(trail.attempts).toEqual([]);
    expect((await trailOf(rig, "code")).attempts[0]?.inputs).toMatchObject([{ made: { attempt: drafted } }]);
  });

  test("shows what several were made from once", async () => {
    const rig = await makeRig({
      ...draft,
      protocols: [
        { name: "draft", requires: ["requirements"], produces: ["design"] },
        { name: "look", requires: ["design"], produces: ["view"] },
        { name: "weigh", requires: ["design", "view"], produces: ["weight"] },
      ],
    });
    const run = rig.start("run");
    for (const type of ["design", "view", "weight"]) {
      const agent = await rig.nextAttempt();
      await agent.deliver(type, "x1", { title: type });
      await agent.exit(0);
    }
    await run.ended();
    const { stdout } = await rig.run("audit");
    expect(stdout.match(/made by draft/g)).toHaveLength(2);
    expect(stdout.match(/made by draft, attempt \S+ \(above\)/g)).toHaveLength(1);
    expect((await trailOf(rig)).attempts).toHaveLength(3);
  });

  test("says who decided on exactly that content, and whether it still stands", async () => {
    const rig = await makeRig({
      ...draft,
      protocols: [
        { name: "draft", requires: ["requirements"], produces: ["design"] },
        { name: "build", requires: ["design", "approval"], produces: ["code"], trigger: "on_artifact(approval)" },
      ],
      types: ["rejection"],
      schemas: {
        approval: { "x-runa": { kind: "approval", of: "design" }, type: "object" },
        rejection: { "x-runa": { kind: "rejection", of: "design" }, type: "object" },
      },
    });
    const first = rig.start("run");
    const drafting = await rig.nextAttempt();
    await drafting.deliver("design", "d1", { title: "First" });
    await drafting.exit(0);
    expect(await first.ended()).toMatchObject({ exitCode: 3 });
    const hash = hashOf({ title: "First" });
    const decide = (...words: string[]) => rig.run(...words, "--hash", hash.slice(7, 27));
    expect(await decide("reject", "design", "d1", "--note", "too short")).toMatchObject({ exitCode: 0 });
    expect(await decide("approve", "design", "d1")).toMatchObject({ exitCode: 0 });
    const second = rig.start("run");
    const building = await rig.nextAttempt();
    await building.deliver("code", "c1", { title: "Code" });
    await building.exit(0);
    expect(await second.ended()).toMatchObject({ exitCode: 0 });

    const decisionsOf = async () =>
      ((await trailOf(rig, "code")) as Trail & { decisions: readonly Record<string, unknown>[] }).decisions;
    expect(await decisionsOf()).toMatchObject([
      { decision: "rejected", subject: { artifact_type: "design", content_hash: hash }, stands: false },
      { decision: "approved", subject: { artifact_type: "design", content_hash: hash }, stands: true },
    ]);
    const { stdout } = await rig.run("audit", "code/c1");
    expect(stdout).toMatch(
      /\n {4}design\/d1 .*\n {6}rejected by .*, does not stand any more: replaced\n {6}approved by [^\n]*\)\n {6}made by draft/,
    );
    // The approval's own file was made by a person.
    expect(stdout).toMatch(/\n {4}approval\/\S+ .*\n {6}decided by /);
    expect(await rig.run("audit", "--verify")).toMatchObject({ exitCode: 0 });

    rig.artifact("design/d1", { title: "by hand" });
    expect((await decisionsOf()).map(({ stands }) => stands)).toEqual([false, false]);
    await rig.run("audit", "--html", "page.html");
    expect(rig.read("page.html")).toMatch(
      /<li class="approved">approved by [^<]*, does not stand any more: design\/d1 has another content now<\/li>/,
    );

    // A decision that somebody wrote, and one that somebody took away.
    const [approval = ""] = rig.artifacts().filter((name) => name.startsWith("approval/"));
    rig.artifact("approval/forged", JSON.parse(rig.read(rig.path(approval))));
    rig.remove(rig.path(approval));
    const { json, exitCode } = await rig.run("audit", "--verify", "--json");
    expect(exitCode).toBe(1);
    expect((json as unknown as { misfits: object[] }).misfits).toMatchObject([
      { about: "decision", reason: "not_attested", instance_id: "forged" },
      { about: "decision", reason: "gone", instance_id: approval.slice("approval/".length) },
      { about: "artifact", reason: "changed", instance_id: "d1" },
    ]);
  });

  test("tells of a record, also of one that was replaced since, whose attempt it was", async () => {
    const rig = await makeRig(diagnosed);
    const first = rig.start("run");
    const drafting = await rig.nextAttempt();
    await drafting.exit(0);
    const diagnosing = await rig.nextAttempt();
    await diagnosing.deliver("diagnosis", "d1", { title: "It is lazy" });
    await diagnosing.exit(0);
    await first.ended();
    const second = rig.start("run", "draft");
    const again = await rig.nextAttempt();
    await again.exit(3);
    await second.ended();
    const trail = await trailOf(rig, "diagnosis/d1");
    expect(trail.attempts.map(({ attempt }) => attempt)).toEqual([diagnosing.id, drafting.id]);
    expect(trail.attempts[0]?.inputs).toMatchObject([
      { artifact_type: "failed-attempt", made: { by: "runa", attempt: drafting.id } },
    ]);
    expect((await trailOf(rig, "failed-attempt")).artifacts).toMatchObject([
      { made: { by: "runa", attempt: again.id }, status: "valid" },
    ]);
    expect((await rig.run("audit", "diagnosis")).stdout).toContain(
      `written by runa: the record of attempt ${short(drafting.id)}\n`,
    );
  });

  test("also tells of an attempt that has not ended", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "early" });
    expect((await rig.run("audit", "design/d1")).stdout).toMatch(/made by draft, attempt \S+\n {4}not ended, /);
    const [open] = (await trailOf(rig, "design")).attempts;
    expect(open).not.toHaveProperty("outcome");
    await agent.exit(0);
    await run.ended();
  });

  test("fits 60 columns, and hides nothing that stands in a name", async () => {
    const rig = await makeRig({ ...draft, artifacts: { "requirements/r\u202e1": { title: "Fast" } } });
    const { stdout } = await rig.run("audit", { env: { COLUMNS: "60" } });
    expect(stdout).toContain("requirements/r\\u{202e}1");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test("says so of what is not there", async () => {
    const rig = await makeRig({ ...draft, artifacts: {} });
    expect((await rig.run("audit")).stdout).toBe("there are no artifacts\n");
    expect(await rig.run("audit", "desing")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("did you mean 'design'?"),
    });
    expect(await rig.run("audit", "design", "d1")).toMatchObject({ exitCode: 1, stdout: "" });
  });
});

describe("audit --html", () => {
  const HOSTILE = '<img src=x onerror="alert(1)">&\u202e';

  test("writes one page without scripts and references to elsewhere, in which all texts are escaped", async () => {
    const rig = await makeRig({
      ...draft,
      name: `M${HOSTILE}`,
      artifacts: { [`requirements/r${HOSTILE.replace("/", "")}`]: { title: HOSTILE } },
    });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await run.ended();
    const { exitCode, stdout, stderr } = await rig.run("audit", "--html", "page.html");
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const page = rig.read("page.html");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<(script|img|link|iframe|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/<[^>]*\b(src|srcset|style|on[a-z]+)\s*=/i);
    expect(page).not.toMatch(/@import|url\(|javascript:/i);
    expect(page).not.toMatch(/(?:href|src)="(?!#)/);
    expect(page).not.toContain("\u202e");
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;\\u{202e}");
    expect(page).toContain("default-src 'none'");
    expect(page).toContain("prefers-color-scheme: dark");
    expect(page).toContain(agent.id);
    expect(page).toContain((await rig.run("log", "--head")).stdout.trim());
    const open = [...page.matchAll(/<(section|details|ul|li|dl|p|h[123])\b/g)].length;
    expect([...page.matchAll(/<\/(section|details|ul|li|dl|p|h[123])>/g)]).toHaveLength(open);
  });

  test("says why a page cannot be written", async () => {
    const rig = await makeRig(draft);
    expect(await rig.run("audit", "--html", "nowhere/page.html")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining("nowhere/page.html cannot be written"),
    });
    expect(await rig.run("audit", "--html", "")).toMatchObject({ exitCode: 1 });
  });
});
