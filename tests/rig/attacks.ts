import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RunGates } from "../../store/src/record/gates.ts";
import { by, hashOf } from "./deciding.ts";
import { accepts, goesBy, lastGates, logGates, loosens, refusalOfRun } from "./forged-gates.ts";
import {
  dateBack,
  type Guarded,
  type Level,
  logDecision,
  makeGuarded,
  makeKey,
  OWN,
  peopleToml,
  writeDecision,
} from "./guarded.ts";
import { RUNA } from "./programs.ts";
import { editLog, keepOtherwise } from "./store-edit.ts";

/** What becomes of an attack: nothing; it has its effect, and that shows afterwards; it has its effect. */
export type Outcome = "stopped" | "shows" | "not stopped";

interface Attack {
  /** As `docs/security.md` names it. */
  readonly title: string;
  /** By level; null where there is nothing to attack. */
  readonly outcomes: Readonly<Record<Level, Outcome | null>>;
  /** Where agents are apart, if it is another than with the policy outside. */
  readonly apart?: Outcome;
  /** How many people it takes to approve. */
  readonly min?: number;
  /** Whether it had its effect, where that is not that the design counts as approved. */
  readonly hadEffect?: (guarded: Guarded) => Promise<boolean>;
  /** Does it, and tells what is said of it; nothing where nothing is. */
  readonly attempt: (guarded: Guarded) => Promise<string>;
  /** What is said where it is stopped. */
  readonly says?: Partial<Readonly<Record<Level, RegExp>>>;
  /** Whether it can be seen afterwards: with a head of the log that was kept before it. */
  readonly showsTo?: (guarded: Guarded, head: string) => Promise<boolean>;
}

const ALWAYS = { log: "stopped", signatures: "stopped", outside: "stopped" } as const;
const SIGNED_ONLY = { log: null, signatures: "not stopped", outside: "not stopped" } as const;
const NOT_ATTESTED = /^not attested: decisions are made with runa approve$/;

const LOOSENED =
  /^error: the methodology may let through what had to be decided in the last run: build does not name 'design-approval' any more/;

const path = ({ rig }: Guarded, name: string) => join(rig.project, rig.path(name));

/** What is said of a command that was refused. */
const refusal = async (answer: Promise<{ readonly stderr: string }>) => (await answer).stderr;

/** A start of `runa` by somebody who has left whatever attempt there was. */
const anybody = (env: Readonly<Record<string, string>> = {}) => by("anna", { env });

export const ATTACKS: readonly Attack[] = [
  {
    title: "writes the file of an approval",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      const subject = {
        artifact_type: "design",
        instance_id: "d1",
        content_hash: await hashOf(guarded.rig, "design/d1"),
      };
      const made = { v: 1, type: "design-approval", id: "forged", decision: "approved", subject, by: { name: "anna" } };
      writeDecision(guarded, "design-approval/forged", { ...made, at: "2026-01-01T00:00:00Z" });
      return guarded.wrongWith("design-approval/forged");
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: /, outside: /^not attested: / },
  },
  {
    title: "copies an approval to another id",
    outcomes: ALWAYS,
    min: 2,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      writeDecision(guarded, "design-approval/copy", guarded.decision());
      return guarded.wrongWith("design-approval/copy");
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: it is design-approval\/[0-9a-f-]{36}$/ },
  },
  {
    title: "copies an approval to another type",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      // The one that counts is taken away: what is left is the copy.
      await guarded.decide("anna");
      const made = guarded.decision();
      rmSync(path(guarded, `design-approval/${made.id}`));
      writeDecision(guarded, `legal-approval/${made.id}`, made);
      return guarded.wrongWith(`legal-approval/${made.id}`);
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: it is design-approval\/[0-9a-f-]{36}$/ },
  },
  {
    title: "copies an approval from another project",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      const other = await makeGuarded(guarded.level);
      if (guarded.level !== "log") other.takesKeysOf(guarded);
      await other.decide("anna");
      const made = other.decision();
      // This project has an id of its own as soon as somebody has decided in it.
      await guarded.decide("boris", "reject");
      rmSync(path(guarded, `design-rejection/${guarded.decision("design-rejection").id}`));
      writeDecision(guarded, `design-approval/${made.id}`, made);
      return guarded.wrongWith(`design-approval/${made.id}`);
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: it is of another project$/ },
  },
  {
    title: "has an approval speak of another artifact",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      guarded.rig.artifact("design/d2", { title: "Another" });
      await guarded.decide("anna", "approve", "design/d2");
      const made = guarded.decision();
      const subject = {
        artifact_type: "design",
        instance_id: "d1",
        content_hash: await hashOf(guarded.rig, "design/d1"),
      };
      writeDecision(guarded, `design-approval/${made.id}`, { ...made, subject });
      rmSync(path(guarded, "design/d2"));
      return guarded.wrongWith(`design-approval/${made.id}`);
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: its signature is not of this content/ },
  },
  {
    title: "edits what was approved",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      guarded.rig.artifact("design/d1", { title: "Something else" });
      return "";
    },
  },
  {
    title: "edits an approval, its note for instance",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      const made = guarded.decision();
      writeDecision(guarded, `design-approval/${made.id}`, { ...made, note: "and everything else" });
      return guarded.wrongWith(`design-approval/${made.id}`);
    },
    says: { log: NOT_ATTESTED, signatures: /^not attested: its signature is not of this content/ },
  },
  {
    title: "deletes the file of a newer rejection",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      await guarded.decide("boris", "reject");
      rmSync(path(guarded, `design-rejection/${guarded.decision("design-rejection").id}`));
      return "";
    },
  },
  {
    title: "deletes a newer rejection and cuts its event off the log",
    outcomes: { log: "shows", signatures: "shows", outside: "shows" },
    attempt: async (guarded) => {
      await guarded.decide("anna");
      await guarded.decide("boris", "reject");
      guarded.keepsHead(await guarded.head());
      rmSync(path(guarded, `design-rejection/${guarded.decision("design-rejection").id}`));
      editLog(
        guarded.rig.project,
        "DELETE FROM event WHERE seq >= (SELECT max(seq) FROM event WHERE kind = 'decision')",
      );
      return "";
    },
    showsTo: async (guarded, head) => !(await guarded.holds(head)),
  },
  {
    title: "deletes an approval and its event",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      rmSync(path(guarded, `design-approval/${guarded.decision().id}`));
      editLog(guarded.rig.project, "DELETE FROM event WHERE kind = 'decision'");
      return "";
    },
  },
  {
    title: "adds an event of an approval to the log",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    attempt: async (guarded) => {
      await logDecision(guarded, "forged", "design/d1", "anna");
      return guarded.level === "log" ? "" : guarded.wrongWith("design-approval/forged");
    },
    says: { signatures: /^not attested: it carries no signature$/, outside: /^not attested: it carries no signature$/ },
  },
  {
    title: "adds an event by which a signed approval is of another artifact",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    attempt: async (guarded) => {
      guarded.rig.artifact("design/d2", { title: "Another" });
      await guarded.decide("anna", "approve", "design/d2");
      await logDecision(guarded, guarded.decision().id, "design/d1", "anna", guarded.decision());
      rmSync(path(guarded, "design/d2"));
      return guarded.level === "log" ? "" : guarded.wrongWith(`design-approval/${guarded.decision().id}`);
    },
    says: { signatures: /^not attested: the log tells something else of it than it says$/ },
  },
  {
    title: "edits what the store keeps of the methodology",
    outcomes: ALWAYS,
    attempt: async ({ rig }) => {
      await rig.run("state");
      keepOtherwise(rig.project, (kept) => kept.replace('"design","design-approval"', '"design"'));
      return "";
    },
  },
  {
    title: "drops a gate from the methodology, or loosens it",
    outcomes: ALWAYS,
    hadEffect: builds,
    attempt: async (guarded) => {
      await dropGate(guarded);
      return refusal(guarded.rig.run("run"));
    },
    says: {
      log: LOOSENED,
      signatures: LOOSENED,
      outside: LOOSENED,
    },
  },
  {
    title: "drops a gate, and accepts that with `runa run --accept-methodology` as a person",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    hadEffect: builds,
    attempt: async (guarded) => {
      await dropGate(guarded);
      const { stderr } = await guarded.rig.run("run");
      const hash = /--accept-methodology (sha256:[0-9a-f]{64})/.exec(stderr)?.[1] ?? "";
      return refusal(guarded.rig.run("run", "--accept-methodology", hash, anybody()));
    },
    says: { signatures: /^error: decisions are signed here, and there is no key/ },
  },
  {
    title: "drops a gate, and takes what runs went by out of the log",
    outcomes: { log: "shows", signatures: "shows", outside: "shows" },
    showsTo: async (guarded, head) => !(await guarded.holds(head)),
    hadEffect: builds,
    attempt: async (guarded) => {
      await dropGate(guarded);
      guarded.keepsHead(await guarded.head());
      editLog(guarded.rig.project, "DELETE FROM event WHERE kind = 'gates_changed'");
      return "";
    },
  },
  {
    title: "drops a gate, and writes into the log in two steps, each no looser, that runs went by that",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    hadEffect: runs,
    attempt: async (guarded) => {
      await goesBy(guarded);
      const { protocols, manifest, types } = lastGates(guarded);
      const { build: _, ...others } = protocols;
      logGates(guarded, { manifest, types, protocols: others });
      const open = { gates: [], reads: ["need"], writes: ["code"] };
      logGates(guarded, { manifest, types, protocols: { ...others, build: open } });
      loosens(guarded, "need");
      return refusalOfRun(guarded);
    },
    says: { signatures: LOOSENED, outside: LOOSENED },
  },
  {
    title: "drops a gate, and writes into the log that a protocol without one was there before",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    hadEffect: runs,
    attempt: async (guarded) => {
      await goesBy(guarded);
      const { protocols, manifest, types } = lastGates(guarded);
      const { build: _, ...others } = protocols;
      const open = { gates: [], reads: ["need"], writes: ["code"] };
      logGates(guarded, { manifest, types, protocols: others, former: { build: open, hack: open } });
      logGates(guarded, { manifest, types, protocols: { ...others, build: open } });
      loosens(guarded, "need");
      return refusalOfRun(guarded);
    },
    says: { signatures: LOOSENED, outside: LOOSENED },
  },
  {
    title: "drops a gate again with a copy of a person's acceptance, after the gate is back",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    hadEffect: runs,
    attempt: async (guarded) => {
      await goesBy(guarded);
      const restore = loosens(guarded);
      const accepted = await accepts(guarded, "anna");
      restore();
      await goesBy(guarded);
      logGates(guarded, inOtherLines(accepted));
      loosens(guarded);
      return refusalOfRun(guarded);
    },
    says: { signatures: LOOSENED, outside: LOOSENED },
  },
  {
    title: "drops a gate with a copy of an acceptance from another project",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    hadEffect: runs,
    attempt: async (guarded) => {
      const other = await makeGuarded(guarded.level);
      if (guarded.level !== "log") other.takesKeysOf(guarded);
      const config = other.rig.read(".runa/config.toml");
      other.rig.write(".runa/config.toml", config.replace(other.rig.methodology, guarded.rig.methodology));
      // This project has an id of its own as soon as somebody has decided in it.
      await guarded.decide("boris", "reject");
      await goesBy(guarded);
      await goesBy(other);
      loosens(guarded);
      logGates(guarded, await accepts(other, "anna"));
      return refusalOfRun(guarded);
    },
    says: { signatures: LOOSENED, outside: LOOSENED },
  },
  {
    title: "runs `runa approve` inside its attempt, in a child of it, and without `RUNA_ATTEMPT`",
    outcomes: ALWAYS,
    attempt: async (guarded) => {
      const told = await approvedInAttempt(guarded, [
        "COMMAND 2>told",
        "env -u RUNA_ATTEMPT COMMAND 2>>told",
        "(env -u RUNA_ATTEMPT sh -c 'COMMAND 2>>told')",
      ]);
      expect(await guarded.rig.events("decision_refused")).toHaveLength(3);
      return told;
    },
    says: {
      log: /^(error: this is inside attempt [^\n]+\n){3}$/,
      signatures: /^(error: this is inside attempt [^\n]+\n){3}$/,
    },
  },
  {
    title: "runs `runa approve` in a process that has left its attempt",
    outcomes: { log: "not stopped", signatures: "stopped", outside: "stopped" },
    attempt: (guarded) =>
      approvedInAttempt(guarded, [
        "mkfifo done; (env -u RUNA_ATTEMPT setsid sh -c 'COMMAND 2>told; echo > done' &) ; cat done",
      ]),
    says: { signatures: /^error: decisions are signed here, and there is no key/ },
  },
  {
    title: "signs with a key of its own",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    attempt: async (guarded) => {
      makeKey(guarded.keyOf("mallory"));
      return refusal(guarded.tries("approve", "design/d1", anybody(), "mallory"));
    },
    says: { signatures: /^error: the key SHA256:\S+ is the key of none of the people/ },
  },
  {
    title: "signs with a person's key that it finds without a passphrase",
    outcomes: SIGNED_ONLY,
    apart: "stopped",
    attempt: (guarded) => refusal(guarded.tries("approve", "design/d1", anybody(), "anna")),
  },
  {
    title: "signs with a person's key that has a passphrase",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    attempt: async (guarded) => {
      execFileSync("ssh-keygen", ["-q", "-p", "-N", "a passphrase", "-f", guarded.keyOf("anna")]);
      return refusal(guarded.tries("approve", "design/d1", anybody({ SSH_ASKPASS_REQUIRE: "never" }), "anna"));
    },
    says: { signatures: /passphrase is wrong, or could not be asked for/ },
  },
  {
    title: "has a person's ssh-agent sign, whose socket it finds",
    outcomes: SIGNED_ONLY,
    apart: "stopped",
    attempt: async (guarded) => {
      const socket = await agentWith(guarded, []);
      return refusal(guarded.tries("approve", "design/d1", anybody({ SSH_AUTH_SOCK: socket }), "anna.pub"));
    },
  },
  {
    title: "has an ssh-agent sign that asks the person each time (`ssh-add -c`)",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    attempt: async (guarded) => {
      const socket = await agentWith(guarded, ["-c"]);
      return refusal(guarded.tries("approve", "design/d1", anybody({ SSH_AUTH_SOCK: socket }), "anna.pub"));
    },
    says: { signatures: /the agent refused/ },
  },
  {
    title: "adds itself and its key to the people of the project",
    outcomes: { log: null, signatures: "not stopped", outside: "stopped" },
    attempt: async (guarded) => {
      makeKey(guarded.keyOf("mallory"));
      guarded.rig.write("people.toml", peopleToml(guarded, ["anna", "boris", "mallory"]));
      return refusal(guarded.tries("approve", "design/d1", by("mallory"), "mallory"));
    },
    says: { outside: /^error: the key SHA256:\S+ is the key of none of the people/ },
  },
  {
    title: "does the same in the person's own `approvals.toml`",
    outcomes: { log: null, signatures: null, outside: "not stopped" },
    apart: "stopped",
    attempt: async (guarded) => {
      makeKey(guarded.keyOf("mallory"));
      const people = peopleToml(guarded, ["anna", "boris", "mallory"]);
      guarded.rig.write("people.toml", people);
      guarded.rig.write(OWN, people);
      return refusal(guarded.tries("approve", "design/d1", by("mallory"), "mallory"));
    },
  },
  {
    title: "puts one key under two names",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    min: 2,
    attempt: async (guarded) => {
      await guarded.decide("anna");
      const twice = peopleToml(guarded, ["anna"]).replace("people.anna", "people.boris").replace('"anna"', '"boris"');
      const people = guarded.rig.read("people.toml");
      guarded.rig.write("people.toml", peopleToml(guarded, ["anna"]) + twice);
      const { exitCode, stderr } = await guarded.rig.run("run", "--dry-run");
      expect(exitCode).toBe(1);
      guarded.rig.write("people.toml", people);
      return stderr;
    },
    says: { signatures: /the key SHA256:\S+ is anna's already: each belongs to one person, once/ },
  },
  {
    title: "takes `required` back in the config, and adds an event",
    outcomes: { log: null, signatures: "not stopped", outside: "stopped" },
    attempt: async (guarded) => {
      const { rig } = guarded;
      rig.write(".runa/config.toml", rig.read(".runa/config.toml").replace("required = true\n", ""));
      await logDecision(guarded, "forged", "design/d1", "anna");
      return guarded.level === "outside" ? guarded.wrongWith("design-approval/forged") : "";
    },
    says: { outside: /^not attested: it carries no signature$/ },
  },
  {
    title: "signs with a key that is out of use by `valid_before`, and puts the time in the file back",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    attempt: (guarded) => withOldKey(guarded, () => {}),
    says: { signatures: /which is anna's until 2026-01-01T00:00:00.000000Z only, and it was made at / },
  },
  {
    title: "does the same, and writes an event with that time into the log",
    outcomes: SIGNED_ONLY,
    attempt: (guarded) =>
      withOldKey(guarded, async (made) => {
        await logDecision(guarded, made.id, "design/d1", "anna", made);
        dateBack(guarded, OLD);
        expect((await guarded.rig.run("log", "--verify")).exitCode).toBe(0);
      }),
  },
  {
    title: "does the same with a key that is no longer among the people",
    outcomes: { log: null, signatures: "stopped", outside: "stopped" },
    attempt: (guarded) =>
      withOldKey(guarded, async (made) => {
        await logDecision(guarded, made.id, "design/d1", "anna", made);
        dateBack(guarded, OLD);
        guarded.rig.write("people.toml", peopleToml(guarded, ["boris"]));
      }),
    says: { signatures: /which is the key of none of the people$/ },
  },
];

/** After a run has gone by the methodology, has code made of any design. */
async function dropGate(guarded: Guarded): Promise<void> {
  await goesBy(guarded);
  loosens(guarded);
}

/** The same acceptance with its signature in another text: lines may end in two ways. */
function inOtherLines(gates: RunGates): RunGates {
  const { acceptance } = gates;
  if (acceptance?.signature === undefined) return gates;
  return { ...gates, acceptance: { ...acceptance, signature: acceptance.signature.replaceAll("\n", "\r\n") } };
}

/** Whether a run begins with the methodology as it lies there. */
async function runs(guarded: Guarded): Promise<boolean> {
  return (await refusalOfRun(guarded)) === "";
}

/** Whether a run has code made. */
async function builds({ rig }: Guarded): Promise<boolean> {
  await rig.run("run");
  return (await rig.events("claimed")).some(({ body }) => body.protocol === "build");
}

/** Before anna's key was taken out of use. */
const OLD = "2025-12-31T00:00:00.000000Z";

/** Signs an approval with a key that is not valid any more; what is said of its file. */
async function withOldKey(
  guarded: Guarded,
  andThen: (made: { readonly id: string }) => void | Promise<void>,
): Promise<string> {
  const { rig } = guarded;
  await guarded.decide("anna");
  const { signature: _, ...made }: Record<string, unknown> & { id: string } = { ...guarded.decision(), at: OLD };
  const name = `design-approval/${made.id}`;
  rmSync(path(guarded, name));
  editLog(rig.project, "DELETE FROM event WHERE kind = 'decision'");
  rig.write("people.toml", peopleToml(guarded, ["anna", "boris"], ", valid_before = 2026-01-01"));
  writeDecision(guarded, name, await guarded.signs("anna", made));
  await andThen(made);
  return (await guarded.isOpen()) ? "" : guarded.wrongWith(name);
}

/** An ssh-agent that holds a person's key, whose private half is nowhere else. */
export async function agentWith(guarded: Guarded, options: readonly string[]): Promise<string> {
  const socket = join(guarded.rig.directory, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void agent.kill());
  await once(agent.stdout, "data");
  const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket };
  execFileSync("ssh-add", ["-q", ...options, guarded.keyOf("anna")], { env, stdio: "pipe" });
  rmSync(guarded.keyOf("anna"));
  return socket;
}

/** Lets the agent of `draft` run these lines of a shell, in which COMMAND approves; what was said on stderr. */
async function approvedInAttempt(guarded: Guarded, lines: readonly string[]): Promise<string> {
  const { rig } = guarded;
  const command = `${process.execPath} ${RUNA} approve design d1 --as design-approval --hash ${await hashOf(rig, "design/d1")}`;
  const script = lines.map((line) => line.replace("COMMAND", command)).join("\n");
  const config = rig.read(".runa/config.toml");
  rig.write(
    ".runa/config.toml",
    config.replace(/^command = .*$/m, `command = ${JSON.stringify(["/bin/sh", "-c", script])}`),
  );
  rig.artifact("need/n2", { title: "Another need" });
  await rig.run("step", "--protocol", "draft", "--grace", "100ms");
  rig.write(".runa/config.toml", config);
  return rig.read("told");
}

/** Tests each attack at one level. */
export function testAttacks(level: Level): void {
  const cases = ATTACKS.flatMap((attack) => {
    const outcome = attack.outcomes[level];
    return outcome === null ? [] : [{ ...attack, outcome }];
  });
  test.each(cases)("an agent $title: $outcome", async (attack) => {
    const { attempt, min = 1, outcome, says, showsTo, hadEffect = (on: Guarded) => on.isOpen() } = attack;
    const guarded = await makeGuarded(level, min);
    const told = await attempt(guarded);
    expect({ hadEffect: await hadEffect(guarded), told }).toEqual({ hadEffect: outcome !== "stopped", told });
    const said = says?.[level];
    if (outcome === "stopped" && said !== undefined) expect(told).toMatch(said);
    if (outcome === "shows") expect(await showsTo?.(guarded, guarded.keptHead)).toBe(true);
  });
}
