import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openSqlite } from "../../store/src/connection/sqlite.ts";
import { contentOf } from "../../store/src/entries/files.ts";
import { openStore, type WallTime, wallTimeOf } from "../../store/src/index.ts";
import { canonicalJson } from "../../store/src/json/canonical.ts";
import { append, eventHash } from "../../store/src/record/event-table.ts";
import type { EventRow } from "../../store/src/record/events.ts";
import { by, deciding, decisionFiles, hashOf } from "./deciding.ts";
import { type Answer, makeRig, type Rig, type StartOptions } from "./rig.ts";
import { editLog } from "./store-edit.ts";

/** How decisions are guarded, each level with what the one before has (docs/security.md). */
export type Level = "log" | "signatures" | "outside";

/** A project in which code is made of an approved design, guarded as a level says. */
export class Guarded {
  readonly rig: Rig;
  readonly level: Level;
  #keptHead = "";

  constructor(rig: Rig, level: Level) {
    this.rig = rig;
    this.level = level;
  }

  /** The path of a person's private key. Agents are supposed not to reach it. */
  keyOf(name: string): string {
    return join(this.rig.directory, "keys", name);
  }

  /** A person approves or rejects as people do. */
  async decide(name: string, verb: "approve" | "reject" = "approve", subject = "design/d1"): Promise<void> {
    const { exitCode, stderr } = await this.tries(verb, subject, by(name), name);
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** Somebody runs the command, with a key or with none. */
  async tries(verb: "approve" | "reject", subject: string, start: StartOptions, key: string | null): Promise<Answer> {
    const note = verb === "reject" ? ["--note", "no"] : ["--as", "design-approval"];
    const file = key === null || this.level === "log" ? [] : ["--key", this.keyOf(key)];
    return this.rig.run(verb, subject, "--hash", await hashOf(this.rig, subject), ...note, ...file, start);
  }

  /** Whether the design counts as approved: a run, which reads everything from its files, would make code of it. */
  async isOpen(): Promise<boolean> {
    const { json, stderr } = await this.rig.run("run", "--dry-run", "--json");
    if (json === undefined) throw new Error(stderr);
    return json.protocols.some(({ name, status }) => name === "build" && status === "ready");
  }

  /** What is said to be wrong with the file of a decision. */
  async wrongWith(name: string): Promise<string> {
    const { stdout } = await this.rig.run("show", name, "--json");
    const { violations = [] } = JSON.parse(stdout) as { violations?: { message: string }[] };
    return violations.map(({ message }) => message).join("\n");
  }

  /** The only decision of a type. */
  decision(type = "design-approval"): Record<string, unknown> & { readonly id: string } {
    const [made] = decisionFiles(this.rig, type);
    return { ...made, id: String(made?.id) };
  }

  /** Whether a head of the log that was kept is in it still. */
  async holds(head: string): Promise<boolean> {
    return (await this.rig.run("log", "--verify", "--expect", head)).exitCode === 0;
  }

  async head(): Promise<string> {
    return (await this.rig.run("log", "--head")).stdout.trim().split(" ").at(-1) ?? "";
  }

  /** The head of the log that somebody kept where agents cannot write. */
  get keptHead(): string {
    return this.#keptHead;
  }

  keepsHead(head: string): void {
    this.#keptHead = head;
  }

  /** Has the same people as another project. */
  takesKeysOf({ rig }: Guarded): void {
    cpSync(join(rig.directory, "keys"), join(this.rig.directory, "keys"), { recursive: true });
    this.rig.write("people.toml", rig.read("people.toml"));
    if (this.level === "outside") this.rig.write(OWN, rig.read(OWN));
  }

  /** A decision with the signature that a person's key makes. */
  async signs(name: string, decision: Record<string, unknown>): Promise<object> {
    const args = ["-q", "-Y", "sign", "-n", "runa-decision-v1", "-f", this.keyOf(name)];
    return {
      ...decision,
      signature: execFileSync("ssh-keygen", args, { input: canonicalJson(decision), encoding: "utf8", stdio: "pipe" }),
    };
  }
}

/** The user's own `approvals.toml`, from the project. */
export const OWN = "../home/.config/runa/approvals.toml";

const PEOPLE = ["anna", "boris"];

/** Makes such a project, in which nobody has decided yet. */
export async function makeGuarded(level: Level, min = 1): Promise<Guarded> {
  const rig = await makeRig({
    protocols: [
      { name: "draft", requires: ["need"], produces: ["design"] },
      { name: "build", requires: ["design", "design-approval"], produces: ["code"] },
      { name: "ship", requires: ["design", "legal-approval"], produces: ["release"] },
    ],
    types: ["design-rejection"],
    schemas: {
      "design-approval": deciding({ kind: "approval", of: "design", min }),
      "legal-approval": deciding({ kind: "approval", of: "design" }),
      "design-rejection": deciding({ kind: "rejection", of: "design" }),
    },
    artifacts: { "need/n1": { title: "Need" }, "design/d1": { title: "Design" } },
    config: level === "log" ? "" : '[approvals]\npeople = "people.toml"\nrequired = true\n',
  });
  const guarded = new Guarded(rig, level);
  if (level === "log") return guarded;
  mkdirSync(dirname(guarded.keyOf("anna")));
  for (const name of PEOPLE) makeKey(guarded.keyOf(name));
  const people = peopleToml(guarded, PEOPLE);
  rig.write("people.toml", people);
  if (level === "outside") rig.write(OWN, `required = true\n${people}`);
  return guarded;
}

/** A key without a passphrase. */
export function makeKey(file: string, passphrase = ""): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "key", "-f", file]);
}

/** People with their keys, as the file of people has them. */
export function peopleToml(guarded: Guarded, names: readonly string[], more = ""): string {
  return names
    .map((name) => {
      const line = readFileSync(`${guarded.keyOf(name)}.pub`, "utf8").trim();
      return `[people.${name}]\ngit = ["${name}"]\nkeys = [{ key = "${line}"${more} }]\n`;
    })
    .join("");
}

/** Adds an event to the log by which a person has approved something, with its file: one without a signature, or that one. */
export async function logDecision(
  guarded: Guarded,
  id: string,
  on: string,
  name: string,
  made: object | null = null,
): Promise<void> {
  const { rig } = guarded;
  const [artifact_type = "", instance_id = ""] = on.split("/");
  const subject = { artifact_type, instance_id, content_hash: await hashOf(rig, on) };
  const file = `design-approval/${id}`;
  const told = { v: 1, type: "design-approval", id, decision: "approved", subject, by: { name } };
  if (made === null)
    writeDecision(guarded, file, { ...told, project: "p", at: AT, log_head: `sha256:${"0".repeat(64)}` });
  const store = openStore(join(rig.project, ".runa/store"));
  const content_hash = contentOf(readFileSync(join(rig.project, rig.path(file)))).hash;
  const body = {
    artifact_type: "design-approval",
    instance_id: id,
    content_hash,
    decision: "approved",
    subject,
    by: name,
  } as const;
  try {
    store.connection.write(() => append(store.connection, { kind: "decision", attempt: null, body }));
  } finally {
    store.close();
  }
}

/** Dates the last event of the log back and makes its hash anew, so that the chain is sound. */
export function dateBack({ rig }: Guarded, at: string): void {
  const database = openSqlite(join(rig.project, ".runa/store/runa.db"));
  const last = database.prepare("SELECT * FROM event ORDER BY seq DESC LIMIT 1").get() as EventRow;
  database.close();
  const back = { ...last, at: wallTimeOf(at) as WallTime };
  editLog(rig.project, `UPDATE event SET at = ${back.at}, hash = '${eventHash(back)}' WHERE seq = ${last.seq}`);
}

const AT = "2026-01-01T00:00:00.000000Z";

/** Writes a file of the workspace as it stands. */
export function writeDecision({ rig }: Guarded, name: string, value: object): void {
  const file = join(rig.project, rig.path(name));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}
