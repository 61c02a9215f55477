import { describe, expect, test } from "vitest";
import { auditSchema, chainDone, recordOf } from "./rig/audit.ts";
import { chain } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editLog } from "./rig/store-edit.ts";

interface Verification {
  readonly checked: Readonly<Record<string, number>>;
  readonly misfits: readonly Readonly<Record<string, unknown>>[];
}

/** A project in which everything was done, and each attempt is recorded. */
async function done(): Promise<{ rig: Rig; drafted: string }> {
  const rig = await makeRig({ ...chain, types: ["trail"], schemas: { trail: auditSchema() } });
  const [drafted = ""] = await chainDone(rig);
  return { rig, drafted };
}

/** What does not fit; the document has been held against its schema. */
async function verified(rig: Rig): Promise<Verification & { readonly exitCode: number | null }> {
  const { json, exitCode } = await rig.run("audit", "--verify", "--json");
  return { ...(json as unknown as Verification), exitCode };
}

describe("audit --verify", () => {
  test("finds nothing where everything is as it was written and delivered", async () => {
    const { rig } = await done();
    const { exitCode, stdout } = await rig.run("audit", "--verify");
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^everything fits: \d+ events, 2 records, 0 decisions, 3 artifacts\n$/),
    });
    expect(await verified(rig)).toMatchObject({ exitCode: 0, misfits: [], checked: { records: 2, artifacts: 3 } });
    // What came from outside may change.
    rig.artifact("requirements/r1", { title: "Faster" });
    expect(await verified(rig)).toMatchObject({ exitCode: 0, misfits: [] });
  });

  test("names an artifact that is not what its attempt delivered", async () => {
    const { rig, drafted } = await done();
    rig.artifact("design/x1", { title: "by hand" });
    expect(await verified(rig)).toMatchObject({
      exitCode: 1,
      misfits: [{ about: "artifact", reason: "changed", artifact_type: "design", instance_id: "x1", attempt: drafted }],
    });
    expect((await rig.run("audit", "--verify")).stdout).toMatch(
      new RegExp(
        `^artifact design/x1: it is not what attempt ${drafted} delivered: somebody has edited it since\n1 thing does not fit: of `,
      ),
    );
    // Who delivers it by hand says so.
    await rig.run("deliver", "design", "x1", "-", { input: '{"title": "by hand"}' });
    expect((await verified(rig)).misfits).toEqual([]);
  });

  test("names records that were edited, forged or removed, each once", async () => {
    const { rig } = await done();
    const record = await recordOf(rig, "trail/draft");
    rig.artifact("trail/draft", { ...record, outcome: "exited" });
    rig.artifact("trail/copy", record);
    rig.remove(rig.path("trail/build"));
    const { misfits, exitCode } = await verified(rig);
    expect(exitCode).toBe(1);
    expect(misfits).toMatchObject([
      { about: "record", reason: "not_attested", instance_id: "copy" },
      { about: "record", reason: "not_attested", instance_id: "draft" },
      { about: "record", reason: "gone", instance_id: "build", event: expect.any(Number) },
    ]);
    expect(misfits).toHaveLength(3);
  });

  test("names the event at which the log is broken", async () => {
    const { rig } = await done();
    editLog(rig.project, "UPDATE event SET body = json_set(body, '$.outcome', 'exited') WHERE kind = 'attempt_ended'");
    const { misfits, exitCode } = await verified(rig);
    expect(exitCode).toBe(1);
    expect(misfits).toMatchObject([{ about: "log", reason: "log_broken", event: expect.any(Number) }]);
  });

  test("names a record whose event was edited with it, by the end of the log that it names", async () => {
    const { rig } = await done();
    editLog(rig.project, "UPDATE event SET hash = 'sha256:' || hex(randomblob(32)) WHERE kind = 'attempt_ended'");
    const { misfits } = await verified(rig);
    expect(misfits).toMatchObject([
      { about: "log", reason: "log_broken" },
      { about: "record", reason: "log_head", instance_id: "build" },
      { about: "record", reason: "log_head", instance_id: "draft" },
    ]);
  });

  test("has one finding for all records from before a log that was lost", async () => {
    const { rig } = await done();
    rig.remove(".runa/store");
    await rig.run("scan", "--rebuild");
    expect((await verified(rig)).misfits).toMatchObject([
      { about: "record", reason: "older_than_log", says: "2 records are from before this log: nothing attests them" },
    ]);
  });

  test("checks everything, and says so where less is asked for", async () => {
    const { rig } = await done();
    for (const words of [["design"], ["--html", "page.html"]])
      expect(await rig.run("audit", "--verify", ...words)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("--verify checks everything: leave TYPE, INSTANCE and --html out"),
      });
  });
});
