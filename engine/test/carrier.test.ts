import { adoptAttempt, claimAttempt, type OpenAttempt, type Place, unendedAttempts } from "@runa/store/attempts";
import { expect, onTestFinished, test } from "vitest";
import type { Attempt, EndedAttempt, WorkEnd } from "../src/attempt/attempt.ts";
import type { Carrier, Prepared, Trial, Work } from "../src/attempt/carrier.ts";
import { adopt, type Begun, launchAttempt } from "../src/attempt/claim.ts";
import type { ExecutionContext } from "../src/attempt/context.ts";
import { outcomeText } from "../src/attempt/outcome-text.ts";
import { Interrupts } from "../src/process/interrupts.ts";
import { thisOwner } from "../src/process/owner.ts";
import { lookAt } from "../src/project/look.ts";
import type { OutputSession } from "../src/session/output-session.ts";
import { openOutputSession } from "../src/session/project-session.ts";
import { executionIn, readyProject } from "./support/ready-project.ts";

/** What a stand-in does for an attempt, through the attempt's session; `told` aborts when it is to end. */
type Deed = (session: OutputSession, told: AbortSignal) => Promise<unknown>;

/** Does work inside this process: no agent, no program, no MCP. */
class InProcess implements Carrier {
  readonly kind = "stand-in";
  readonly discarded: string[] = [];
  readonly #context: ExecutionContext;
  readonly #deed: Deed;
  readonly #prepare: () => boolean;

  constructor(context: ExecutionContext, deed: Deed, prepare = () => true) {
    this.#context = context;
    this.#deed = deed;
    this.#prepare = prepare;
  }

  prepare({ candidate }: Trial, id: string, place: Place): Prepared | null {
    const { root, workspace } = this.#context.project;
    expect(place).toEqual({ directory: root, workspace });
    if (!this.#prepare()) return null;
    return {
      argv: ["stand-in"],
      start: () => this.#begin(id, candidate.protocol.name, { kind: "exited", code: 0 }),
      discard: () => this.discarded.push(id),
    };
  }

  adopt({ id, protocol }: OpenAttempt): Work {
    return this.#begin(id, protocol, { kind: "unknown" });
  }

  #begin(id: string, protocol: string, exit: WorkEnd["exit"]): Work {
    const told = new AbortController();
    const end = () => told.abort();
    const options = { protocol, workUnit: null, workingDirectory: this.#context.project.root };
    const ended = openOutputSession({ ...options, environment: { RUNA_ATTEMPT: id } }).then(async (session) => {
      await this.#deed(session, told.signal);
      session.close();
    });
    const usage = { tokens: 3 };
    const sweep = async () => ({ exit, swept: [], silence: null, usage });
    return { identity: null, output: null, ended, stop: end, kill: end, sweep };
  }
}

const delivers: Deed = (session) => session.deliver("design", "d1", {});
const nothing: Deed = async () => {};
const waits: Deed = (_, told) =>
  new Promise((resolve) => (told.aborted ? resolve(0) : told.addEventListener("abort", resolve)));

/** An attempt at `draft`, with what is on record at each phase that it reaches. */
async function attempted(deed: Deed, agent = "", prepare = () => true) {
  const interrupts = new Interrupts("boundary", () => {});
  onTestFinished(() => interrupts.dispose());
  const project = await readyProject(agent);
  const context = executionIn(project, interrupts);
  const carrier = new InProcess(context, deed, prepare);
  const { candidates, view } = await lookAt(project, null);
  const [candidate] = candidates;
  if (candidate === undefined) throw new Error("there is one candidate");
  const phases: [Attempt["phase"], readonly Pick<OpenAttempt, "id" | "agent" | "fenced">[]][] = [];
  const watcher = {
    reached: ({ phase }: Attempt) => {
      const open = unendedAttempts(project.store);
      phases.push([phase, open.map(({ id, agent, fenced }) => ({ id, agent, fenced }))]);
    },
    isRetried: () => false,
  };
  const launch = () =>
    launchAttempt(
      context,
      carrier,
      { run: "run-1", candidate, view, tries: 1, failed: null, exclusion: { exclusive: true, protocols: [] } },
      watcher,
    );
  return { context, carrier, candidate, watcher, launch, phases };
}

async function endOf(begun: { readonly kind: string } | null): Promise<EndedAttempt> {
  if (begun?.kind !== "begun") throw new Error(`it did not begin: ${begun?.kind}`);
  return await (begun as Begun).ended;
}

test("an attempt goes through its phases, whatever does its work", async () => {
  const { launch, phases } = await attempted(delivers);
  const ended = await endOf(launch());
  const { id } = ended;
  expect(phases).toEqual([
    ["claimed", [{ id, agent: null, fenced: false }]],
    ["running", [{ id, agent: null, fenced: false }]],
    ["fenced", [{ id, agent: null, fenced: true }]],
    ["ended", []],
  ]);
  expect(ended).toMatchObject({
    phase: "ended",
    outcome: { id: "delivered" },
    delivered: [{ type: "design", id: "d1" }],
    worker: null,
    ending: null,
    end: { exit: { kind: "exited", code: 0 }, usage: { tokens: 3 } },
    tries: 1,
    adopted: false,
    before: [],
  });
});

test("work that delivers nothing is told of in no words of another kind", async () => {
  const { launch } = await attempted(nothing);
  const { outcome } = await endOf(launch());
  expect(outcome).toEqual({ id: "not_delivered", types: ["design"], silence: null });
  expect(outcomeText(outcome)).toEqual(["not delivered: design"]);
});

test("its limits end it", async () => {
  const { launch } = await attempted(waits, 'timeout = "20ms"');
  expect(await endOf(launch())).toMatchObject({
    outcome: { id: "timed_out", limit: { kind: "wall", amount: 20 } },
    ending: { kind: "limit" },
  });
});

test("a signal ends it", async () => {
  const { launch } = await attempted(waits);
  const begun = launch();
  process.emit("SIGTERM", "SIGTERM");
  expect(await endOf(begun)).toMatchObject({ outcome: { id: "interrupted", signal: "SIGTERM" } });
});

test("what cannot be claimed is taken back, and what is outdated begins nothing", async () => {
  const first = await attempted(waits);
  const begun = first.launch();
  expect(first.launch()).toMatchObject({ kind: "obstructed" });
  expect(first.carrier.discarded).toHaveLength(1);
  process.emit("SIGTERM", "SIGTERM");
  await endOf(begun);
  const second = await attempted(waits, "", () => false);
  expect(second.launch()).toEqual({ kind: "outdated" });
  expect(second.phases).toEqual([]);
});

test.each([
  ["delivers", delivers, { id: "delivered", ended: "exit_code_unknown" }],
  ["does not deliver", nothing, { id: "abandoned" }],
])("an attempt that was left is taken over with its work, which %s", async (_, deed, outcome) => {
  const { context, carrier, candidate, watcher, phases } = await attempted(deed);
  const { store, root, workspace } = context.project;
  const { protocol, workUnit } = candidate;
  const place = { directory: `${root}/tree`, workspace };
  const claimed = claimAttempt(store, {
    id: "01800000-0000-7000-8000-000000000001",
    protocol: protocol.name,
    workUnit,
    argv: ["stand-in"],
    owner: { ...thisOwner(), startTime: "1" },
    place,
    fingerprint: protocol.fingerprint,
    instructionsHash: protocol.instructionsHash,
    inputs: [],
    before: [],
    lastAttempt: null,
    reopened: null,
    exclusion: { exclusive: true, protocols: [] },
    contents: [],
  });
  expect(claimed.kind).toBe("claimed");
  const [open] = unendedAttempts(store);
  if (open === undefined) throw new Error("it is open");
  const ended = await endOf(adopt(context, carrier, open, protocol, watcher));
  expect(ended).toMatchObject({ adopted: true, place, outcome });
  expect(phases.map(([phase]) => phase)).toEqual(["running", "fenced", "ended"]);
  // It is another's by now, or has ended.
  expect(adoptAttempt(store, open, thisOwner())).toBe(false);
  expect(adopt(context, carrier, open, protocol, watcher)).toBeNull();
});
