import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import type { ContentHash } from "../src/artifact.ts";
import { canonicalJson, contentHash } from "../src/json/canonical.ts";
import { attemptNotes, deliveredElsewhere, fenceAttempt, removeLitter } from "../src/record/attempt.ts";
import {
  confirmArtifact,
  deliverArtifact,
  hasValidInstance,
  RefusedError,
  recordRefusal,
  recordServerStart,
} from "../src/record/delivery.ts";
import { instanceIdProblem } from "../src/workspace/file-name.ts";
import { asOrdinaryUser, id, Rig, temporaryDirectory, unit } from "./rig.ts";

const A = { title: "A" };
/** SHA-256 of `{"title":"A"}`. */
const HASH_OF_A = "sha256:3529d0a41555dcce5409451ca186444db8e972ff8d5867546e0e7928f37408f5" as ContentHash;
const ENDED = "attempt attempt-1 has ended: nothing more is delivered by it";

describe("a delivery", () => {
  test("is the file as it was given, the row, the event, and nothing else", async () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    expect(rig.deliver("a", A, { attempt: "attempt-1" })).toBe(HASH_OF_A);
    expect(rig.read("note/a.json")).toBe('{\n  "title": "A"\n}\n');
    expect(rig.listed()).toEqual(["note"]);
    expect(rig.listed("note")).toEqual(["a.json"]);
    const row = rig.row("note", "a");
    expect(row).toMatchObject({ status: "valid", contentHash: HASH_OF_A, workUnit: null, deliveredAt: null });
    expect(row.mtime).toBe(String(lstatSync(rig.path("note/a.json"), { bigint: true }).mtimeNs));
    expect(attemptNotes(rig.store, "attempt-1").deliveries).toEqual([
      {
        attempt: "attempt-1",
        type: "note",
        id: "a",
        contentHash: HASH_OF_A,
        at: row.lastModified,
        via: "tool",
      },
    ]);
    expect(await rig.scan()).toMatchObject({ new: [], modified: [], unchanged: 1 });
  });

  test("makes the workspace where there is none", () => {
    const rig = new Rig();
    rmSync(rig.workspace, { recursive: true });
    rig.deliver("a", A);
    expect(rig.listed("note")).toEqual(["a.json"]);
  });

  test("goes into a workspace that is a link: the operator set it", () => {
    const rig = new Rig();
    renameSync(rig.workspace, `${rig.root}/real`);
    symlinkSync("real", rig.workspace);
    for (const name of ["a", "b"]) rig.deliver(name, A);
    expect(readdirSync(`${rig.root}/real/note`)).toEqual(["a.json", "b.json"]);
  });

  test("of the same content again keeps its time and counts again; of another content does not", () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    rig.deliver("a", A);
    const first = rig.row("note", "a");
    rig.deliver("a", A, { attempt: "attempt-1" });
    expect(rig.row("note", "a").lastModified).toBe(first.lastModified);
    rig.deliver("a", { title: "B" }, { attempt: "attempt-1" });
    expect(rig.row("note", "a").lastModified).toBeGreaterThan(first.lastModified);
    expect(attemptNotes(rig.store, "attempt-1").deliveries.map(({ via }) => via)).toEqual(["tool", "tool"]);
  });

  test("mends an invalid or malformed file and keeps what a success marked", async () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    rig.deliver("a", A, { attempt: "attempt-1" });
    rig.end("attempt-1", started, "delivered", [{ type: "note", id: id("a") }]);
    for (const broken of ["{", '{"title":1}']) {
      rig.put("note/a.json", broken);
      await rig.scan();
      rig.deliver("a", A);
      expect(rig.row("note", "a")).toMatchObject({ status: "valid", violations: [], deliveredAt: started });
    }
  });

  test("replaces a link, a pipe or a socket that has the file's name, and writes through none", async () => {
    const rig = new Rig();
    const outside = `${temporaryDirectory()}/outside`;
    writeFileSync(outside, "untouched");
    rig.put("note/other.json", A);
    symlinkSync(outside, rig.path("note/link.json"));
    symlinkSync("nowhere", rig.path("note/dangling.json"));
    linkSync(outside, rig.path("note/hard.json"));
    expect(spawnSync("mkfifo", [rig.path("note/pipe.json")]).status).toBe(0);
    const server = createServer();
    await new Promise<void>((listening) => server.listen(rig.path("note/socket.json"), listening));
    const names = ["link", "dangling", "hard", "pipe", "socket"];
    for (const name of names) rig.deliver(name, A);
    for (const name of names) expect(JSON.parse(rig.read(`note/${name}.json`))).toEqual(A);
    await new Promise((closed) => server.close(closed));
    expect(readFileSync(outside, "utf8")).toBe("untouched");
  });
});

describe("a delivery is refused, and nothing is written", () => {
  const refusal = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof RefusedError) return error.message;
      throw error;
    }
    return "delivered";
  };

  test("where the type's directory is a link", () => {
    const rig = new Rig();
    const outside = temporaryDirectory();
    symlinkSync(outside, rig.path("note"));
    expect(refusal(() => rig.deliver("a", A))).toBe(
      `${rig.path("note")} is a symbolic link or not a directory: nothing is written there; remove it`,
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(rig.rows()).toEqual([]);
  });

  test("where the type's directory is a file, a pipe or a dangling link", () => {
    const rig = new Rig();
    const message = `${rig.path("note")} is a symbolic link or not a directory: nothing is written there; remove it`;
    rig.put("note", "a file");
    expect(refusal(() => rig.deliver("a", A))).toBe(message);
    expect(rig.read("note")).toBe("a file");
    unlinkSync(rig.path("note"));
    symlinkSync("nowhere", rig.path("note"));
    expect(refusal(() => rig.deliver("a", A))).toBe(message);
    unlinkSync(rig.path("note"));
    expect(spawnSync("mkfifo", [rig.path("note")]).status).toBe(0);
    expect(refusal(() => rig.deliver("a", A))).toBe(message);
    expect(rig.listed()).toEqual(["note"]);
  });

  test("where a directory has the file's name", () => {
    const rig = new Rig();
    mkdirSync(rig.path("note/a.json"), { recursive: true });
    expect(refusal(() => rig.deliver("a", A))).toBe("it could not be written: a directory");
    expect(rig.listed("note")).toEqual(["a.json"]);
    expect(rig.rows()).toEqual([]);
  });

  test("where the workspace is a file", () => {
    const rig = new Rig();
    rmSync(rig.workspace, { recursive: true });
    writeFileSync(rig.workspace, "a file");
    expect(refusal(() => rig.deliver("a", A))).toBe(
      `${rig.workspace} is not a directory: nothing is written there; remove it`,
    );
    expect(readFileSync(rig.workspace, "utf8")).toBe("a file");
  });

  test("where the directory must not be written, or the file that is there not be read", async () => {
    const rig = new Rig();
    rig.put("note/locked.json", A);
    chmodSync(rig.path("note/locked.json"), 0);
    chmodSync(rig.workspace, 0o777);
    await asOrdinaryUser(() => {
      expect(refusal(() => rig.deliver("a", A))).toBe("it could not be written: permission denied");
      expect(refusal(() => rig.deliver("locked", A))).toBe("what lies there cannot be read: permission denied");
      expect(refusal(() => rig.deliver("a", A, { type: "plan" }))).toBe("delivered");
    });
    // Not even asked what lies there.
    chmodSync(rig.path("note"), 0);
    await asOrdinaryUser(() =>
      expect(refusal(() => rig.deliver("a", A))).toBe("what lies there cannot be read: permission denied"),
    );
    chmodSync(rig.path("note"), 0o755);
    expect(rig.listed("note")).toEqual(["locked.json"]);
    expect(rig.rows().map(({ type }) => type)).toEqual(["plan"]);
  });

  test("by an attempt that was fenced, has ended or never was", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    rig.deliver("a", A, { attempt: "attempt-1" });
    fenceAttempt(rig.store, "attempt-1");
    expect(refusal(() => rig.deliver("b", A, { attempt: "attempt-1" }))).toBe(ENDED);
    rig.end("attempt-1", started, "exited", []);
    expect(refusal(() => rig.deliver("b", A, { attempt: "attempt-1" }))).toBe(ENDED);
    expect(refusal(() => rig.deliver("b", A, { attempt: "unheard-of" }))).toBe(
      "attempt unheard-of has ended: nothing more is delivered by it",
    );
    expect(rig.listed("note")).toEqual(["a.json"]);
    expect(attemptNotes(rig.store, "attempt-1").deliveries.length).toBe(1);
    // By hand, without an attempt, all is well.
    rig.deliver("b", A);
  });

  test("where an instance of another work unit has the name", async () => {
    const rig = new Rig();
    rig.deliver("a", { ...A, work_unit: "w-2" }, { workUnit: "w-2" });
    const foreign = "an instance with that instance_id belongs to work unit 'w-2': choose another instance_id";
    const mine = () => rig.deliver("a", { ...A, work_unit: "w-1" }, { workUnit: "w-1" });
    expect(refusal(mine)).toBe(foreign);
    // Malformed, it keeps the work unit it had.
    rig.put("note/a.json", "{");
    await rig.scan();
    expect(refusal(mine)).toBe(foreign);
    // What the file says now counts, also before a scan has seen it.
    rig.put("note/a.json", { ...A, work_unit: "w-1" });
    rig.deliver("a", { ...A, work_unit: "w-1" }, { workUnit: "w-1" });
    rig.put("note/b.json", { ...A, work_unit: "w-2" });
    expect(refusal(() => rig.deliver("b", { ...A, work_unit: "w-1" }, { workUnit: "w-1" }))).toBe(foreign);
    // One without a work unit belongs to all; an unscoped deliverer may replace any.
    rig.put("note/c.json", A);
    rig.deliver("c", { ...A, work_unit: "w-1" }, { workUnit: "w-1" });
    rig.deliver("b", { ...A, work_unit: "w-3" });
    expect(rig.row("note", "b").workUnit).toBe("w-3");
  });
});

describe("confirming an output that lies there", () => {
  const confirm = (rig: Rig, name = "a", workUnit?: string) =>
    confirmArtifact(rig.store, { ...rig.deliverer({ workUnit }), attempt: "attempt-1" }, "note", id(name));

  test("counts as delivering it, and touches nothing", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    await rig.scan();
    const before = rig.row("note", "a");
    rig.begin("attempt-1");
    expect(confirm(rig)).toBe(HASH_OF_A);
    expect(rig.row("note", "a")).toEqual(before);
    expect(rig.read("note/a.json")).toBe('{"title":"A"}');
    expect(attemptNotes(rig.store, "attempt-1").deliveries).toMatchObject([
      { type: "note", id: "a", contentHash: HASH_OF_A, via: "confirmed" },
    ]);
  });

  test("is refused for what is not there, not valid, another's, changed, or gone", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    rig.put("note/invalid.json", {});
    rig.put("note/malformed.json", "{");
    rig.put("note/foreign.json", { ...A, work_unit: "w-2" });
    rig.put("note/changed.json", A);
    rig.put("note/gone.json", A);
    rig.put("note/linked.json", A);
    await rig.scan();
    rig.begin("attempt-1", "w-1");
    const refused = (name: string) => expect(() => confirm(rig, name, "w-1"), name);
    refused("nothing").toThrow(new RefusedError("not_there", "there is no 'note' with instance_id 'nothing'"));
    refused("foreign").toThrow(new RefusedError("not_there", "there is no 'note' with instance_id 'foreign'"));
    refused("invalid").toThrow(
      new RefusedError("not_valid", "'note' 'invalid' is invalid: deliver a valid one instead"),
    );
    refused("malformed").toThrow(
      new RefusedError("not_valid", "'note' 'malformed' is malformed: deliver a valid one instead"),
    );
    rig.put("note/changed.json", { title: "B" });
    unlinkSync(rig.path("note/gone.json"));
    unlinkSync(rig.path("note/linked.json"));
    symlinkSync("a.json", rig.path("note/linked.json"));
    for (const name of ["changed", "gone", "linked"])
      refused(name).toThrow(
        new RefusedError(
          "changed",
          `'note' '${name}' has changed on disk since this attempt began: deliver it instead`,
        ),
      );
    // Another spelling is no change.
    rig.put("note/a.json", ' { "title" : "\\u0041" } ');
    expect(confirm(rig, "a", "w-1")).toBe(HASH_OF_A);
    expect(attemptNotes(rig.store, "attempt-1").deliveries.length).toBe(1);
  });

  test("is refused once the attempt has ended", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    await rig.scan();
    rig.begin("attempt-1");
    fenceAttempt(rig.store, "attempt-1");
    expect(() => confirm(rig)).toThrow(new RefusedError("attempt_ended", ENDED));
  });
});

describe("what is asked of deliveries later", () => {
  test("whether a content was delivered by another attempt or by hand", () => {
    const rig = new Rig();
    rig.begin("attempt-0");
    rig.deliver("old", A, { attempt: "attempt-0" });
    const started = rig.begin("attempt-1");
    rig.begin("attempt-2");
    rig.deliver("mine", A, { attempt: "attempt-1" });
    rig.deliver("theirs", A, { attempt: "attempt-2" });
    rig.deliver("by-hand", A);
    const elsewhere = (name: string, contentHash = HASH_OF_A) =>
      deliveredElsewhere(rig.store, { type: "note", id: id(name), contentHash }, started, "attempt-1");
    expect(["old", "mine", "theirs", "by-hand", "never"].map((name) => elsewhere(name))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(elsewhere("theirs", contentHash("other"))).toBe(false);
  });

  test("what the server noted of its session", () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    expect(attemptNotes(rig.store, "attempt-1")).toEqual({
      serverStarted: false,
      serverFailure: null,
      called: false,
      callsRefused: 0,
      lastRefusal: null,
      deliveries: [],
      withdrawn: [],
    });
    recordServerStart(rig.store, "attempt-1");
    const violation = { path: "/n", keyword: "type", expected: "integer", got: "", message: "" };
    recordRefusal(rig.store, "attempt-1", "invalid_artifact", "note", { reason: "first", violations: [] });
    recordRefusal(rig.store, "attempt-1", "invalid_artifact", "note", { reason: "invalid", violations: [violation] });
    expect(attemptNotes(rig.store, "attempt-1")).toEqual({
      serverStarted: true,
      serverFailure: null,
      called: true,
      callsRefused: 2,
      lastRefusal: { reason: "invalid", violations: [violation] },
      deliveries: [],
      withdrawn: [],
    });
  });

  test("whether a valid instance is there for a work unit", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { ...A, work_unit: "w-1" });
    rig.put("plan/invalid.json", {});
    await rig.scan();
    expect(hasValidInstance(rig.store, "note", unit("w-1"))).toBe(true);
    expect(hasValidInstance(rig.store, "note", null)).toBe(true);
    expect(hasValidInstance(rig.store, "note", unit("w-2"))).toBe(false);
    expect(hasValidInstance(rig.store, "plan", null)).toBe(false);
    rig.deliver("p", A, { type: "plan" });
    expect(hasValidInstance(rig.store, "plan", unit("w-2"))).toBe(true);
  });
});

describe("litter", () => {
  const LITTER = ".runa-0123456789abcdef.tmp";

  test("of writers that died is removed, and only that", () => {
    const rig = new Rig();
    for (const name of ["a.json", LITTER, ".runa-0123.tmp", ".runa-0123456789abcdef.tmp.json", ".other.tmp"])
      rig.put(`note/${name}`, "{}");
    mkdirSync(rig.path(`note/.runa-fedcba9876543210.tmp`));
    removeLitter(rig.store, rig.workspace, ["note", "plan"]);
    expect(rig.listed("note")).toEqual(
      [
        ".other.tmp",
        ".runa-0123.tmp",
        ".runa-0123456789abcdef.tmp.json",
        ".runa-fedcba9876543210.tmp",
        "a.json",
      ].sort(),
    );
  });

  test("outside the workspace is nobody's business", () => {
    const rig = new Rig();
    const outside = temporaryDirectory();
    writeFileSync(`${outside}/${LITTER}`, "");
    symlinkSync(outside, rig.path("note"));
    removeLitter(rig.store, rig.workspace, ["note"]);
    expect(readdirSync(outside)).toEqual([LITTER]);
  });
});

test.each([
  ["a", null],
  ["a.b-c_d é 日本", null],
  ["x".repeat(128), null],
  ["", "it is empty"],
  [".", "it begins with a dot"],
  ["..", "it begins with a dot"],
  [".a", "it begins with a dot"],
  ["a/b", "it contains a path separator"],
  ["a\\b", "it contains a path separator"],
  ["a..b", "it contains '..'"],
  ["a\0", "it contains a control character"],
  ["a\n", "it contains a control character"],
  ["\u007f", "it contains a control character"],
  ["\u0085", "it contains a control character"],
  ["a\u2028", "it contains a control character"],
  ["\ud800", "it contains half a surrogate pair"],
  ["x".repeat(129), "it is over 128 bytes long"],
  ["é".repeat(65), "it is over 128 bytes long"],
])("the instance_id %j: %s", (name, problem) => {
  expect(instanceIdProblem(name)).toBe(problem);
});

test("an artifact of megabytes arrives whole", () => {
  const rig = new Rig();
  const text = JSON.stringify({ title: "x".repeat(5_000_000) });
  const canonical = canonicalJson(JSON.parse(text));
  const schemaHash = rig.types.get("note")?.hash;
  if (schemaHash === undefined) throw new Error("no type");
  deliverArtifact(rig.store, rig.deliverer({}), {
    type: "note",
    id: id("big"),
    text,
    canonical,
    schemaHash,
    workUnit: null,
  });
  expect(rig.read("note/big.json") === text).toBe(true);
});
