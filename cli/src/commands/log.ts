import { count, didYouMean, type WallTime } from "@runa/engine";
import { SHORTEST_BEGINNING } from "@runa/engine/attempts";
import {
  EVENT_KINDS,
  type EventFilter,
  type EventKind,
  type EventLog,
  eventDocument,
  isEventKind,
  openEventLog,
} from "@runa/engine/log";
import { Command, Option } from "clipanion";
import { UsageError } from "../input/usage-error.ts";
import {
  allOrLimit,
  attemptIdForm,
  headForm,
  limitForm,
  needsVerify,
  sinceForm,
  unknownKind,
  verifyOrHead,
  wholeLogOnly,
} from "../messages.ts";
import { fitted } from "../output/fit.ts";
import { follow } from "../output/follow.ts";
import { fail, tell } from "../output/notices.ts";
import { stdout } from "../output/output.ts";
import { eventLine } from "../render/log-view.ts";
import { nothingText } from "../render/nothing-text.ts";
import { out } from "../render/style.ts";
import { ProjectCommand } from "./base/project-command.ts";
import { timeGiven } from "./base/when.ts";

/** What people are shown unless they ask for more. */
const SHOWN = 50;
/** What is read at once: a long log does not have to fit into memory. */
const PAGE = 1000;

export class LogCommand extends ProjectCommand {
  static override paths = [["log"]];
  static forms = [
    [
      "[--follow]",
      "[--attempt ID]",
      "[--protocol NAME]",
      "[--work-unit ID]",
      "[--kind KIND]",
      "[--since TIME]",
      "[--limit N | --all]",
      "[--json]",
    ],
    ["--verify", "[--expect HEAD]", "[--fold]"],
    ["--head"],
  ];
  static override usage = Command.Usage({
    description: "Show what has happened, newest last.",
    details: `
      Every delivery, attempt, scan that found changes and run is an event. Shows the last ${SHOWN} of them, or with --json
      all, one JSON document a line. Each event holds the hash of the one before it: --verify walks that chain and ends with 1
      when an event is not as it was written. Does not scan the workspace.
    `,
    examples: [
      ["See what happened last", "$0 log"],
      ["Watch what happens", "$0 log --follow"],
      ["What one attempt did", "$0 log --attempt 0197a3b0-5f0e"],
      ["How attempts ended", "$0 log --kind attempt_ended"],
      ["What happened since a time that it shows", "$0 log --since '2026-03-02 09:14:07'"],
      ["For automation", "$0 log --json --since 2h"],
      ["See whether anything was edited", "$0 log --verify"],
      ["See whether the tables are what the log leads to", "$0 log --verify --fold"],
    ],
  });

  follow = Option.Boolean("--follow", false, { description: "Go on with what happens, until Ctrl-C (130)." });
  attempt = Option.String("--attempt", {
    description: "Only of this attempt; the first 13 characters of its id, as they are shown, are enough.",
  });
  protocol = Option.String("--protocol", { description: "Only of this protocol's attempts." });
  workUnit = Option.String("--work-unit", { description: "Only of this work unit's attempts." });
  kind = Option.String("--kind", { description: "Only events of this kind, such as attempt_ended." });
  since = Option.String("--since", {
    description: "Only since then: so long ago (30m, 2h, 7d), a time as it is shown, a date, or RFC 3339.",
  });
  limit = Option.String("--limit", { description: `Only the last N; default ${SHOWN}, with --json all.` });
  all = Option.Boolean("--all", false, { description: "All of them." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document a line." });
  verify = Option.Boolean("--verify", false, { description: "Walk the chain; name the first event that is broken." });
  fold = Option.Boolean("--fold", false, {
    description: "With --verify: fold all events, and hold what they lead to against the store's tables.",
  });
  expect = Option.String("--expect", {
    description: "With --verify: a head printed before, which must still be there.",
  });
  head = Option.Boolean("--head", false, { description: "Print the hash of the last event." });

  override async execute(): Promise<number> {
    this.#requireSense();
    const choice = {
      protocol: this.protocol,
      workUnit: this.workUnit,
      kind: this.#kind(),
      since: this.#since(),
      limit: this.#limit(),
    };
    const log = await openEventLog(this.projectOptions, this.verify ? "inspect" : "look");
    try {
      if (this.verify) return await verified(log, this.expect, this.fold);
      if (this.head) {
        stdout.write(`${log.head().hash}\n`);
        return 0;
      }
      return await this.#show(log, choice);
    } finally {
      log.close();
    }
  }

  async #show(log: EventLog, { limit, ...choice }: { limit: number | null } & EventFilter): Promise<number> {
    const filter = {
      ...choice,
      attempt: this.attempt === undefined ? undefined : log.attempt(this.attempt.toLowerCase()),
    };
    const found = log.count(filter);
    if (found === 0 && !this.json)
      tell([nothingFound(log, filter)], { level: "info", operation: "log", outcome: "succeeded" });
    const left = limit === null ? 0 : Math.max(0, found - limit);
    if (left > 0 && !this.json) write([out("dim", `… ${left} earlier: --all shows them`)]);
    // What comes after the first page is told apart by its number, so nothing is shown twice or left out.
    let after = limit === null ? 0 : (log.read({ ...filter, limit, last: true })[0]?.seq ?? 1) - 1;
    const print = (): void => {
      for (;;) {
        const page = log.read({ ...filter, after, limit: PAGE });
        if (this.json) stdout.write(page.map((event) => `${JSON.stringify(eventDocument(event))}\n`).join(""));
        else write(page.map((event) => eventLine(event)));
        after = page.at(-1)?.seq ?? after;
        if (page.length < PAGE) return;
      }
    };
    if (!this.follow) {
      print();
      return 0;
    }
    return follow(log, print);
  }

  /** @throws UsageError for options that mean nothing together */
  #requireSense(): void {
    const showing = {
      "--follow": this.follow,
      "--attempt": this.attempt !== undefined,
      "--protocol": this.protocol !== undefined,
      "--work-unit": this.workUnit !== undefined,
      "--kind": this.kind !== undefined,
      "--since": this.since !== undefined,
      "--limit": this.limit !== undefined,
      "--all": this.all,
      "--json": this.json,
    };
    const shown = Object.entries(showing).find(([, given]) => given)?.[0];
    if (this.expect !== undefined && !this.verify) throw new UsageError(needsVerify("--expect"));
    if (this.fold && !this.verify) throw new UsageError(needsVerify("--fold"));
    if (this.verify && this.head) throw new UsageError(verifyOrHead());
    if ((this.verify || this.head) && shown !== undefined)
      throw new UsageError(wholeLogOnly(this.verify ? "--verify" : "--head", shown));
    if (this.all && this.limit !== undefined) throw new UsageError(allOrLimit());
    if (this.attempt !== undefined && !new RegExp(`^[0-9a-f-]{${SHORTEST_BEGINNING},}$`, "i").test(this.attempt))
      throw new UsageError(attemptIdForm());
    if (this.expect !== undefined && !/^sha256:[0-9a-f]{64}$/.test(this.expect)) throw new UsageError(headForm());
  }

  #kind(): EventKind | undefined {
    const { kind } = this;
    if (kind === undefined || isEventKind(kind)) return kind;
    throw new UsageError(unknownKind(kind, didYouMean(kind, EVENT_KINDS) || `: ${EVENT_KINDS.join(", ")}`));
  }

  #since(): WallTime | undefined {
    if (this.since === undefined) return undefined;
    const moment = timeGiven(this.since);
    if (moment === null) throw new UsageError(sinceForm());
    return moment;
  }

  /** Null for all of them. */
  #limit(): number | null {
    if (this.limit === undefined) return this.all || this.json || this.since !== undefined ? null : SHOWN;
    if (!/^[1-9]\d{0,8}$/.test(this.limit)) throw new UsageError(limitForm());
    return Number(this.limit);
  }
}

function nothingFound(log: EventLog, { protocol, workUnit, kind }: EventFilter): string {
  return nothingText("events", [
    { what: "kind", name: kind, known: () => EVENT_KINDS },
    { what: "protocol", name: protocol, known: () => log.protocols() },
    { what: "work unit", name: workUnit, known: () => log.workUnits() },
  ]);
}

function write(lines: readonly string[]): void {
  stdout.write(
    fitted(lines, stdout)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

async function verified(log: EventLog, expect: string | undefined, folds: boolean): Promise<number> {
  const verdict = log.verify(expect);
  if (!verdict.ok) return broken(verdict.message);
  const sound = `the log is as it was written: ${count(verdict.events, "event")}, head ${verdict.head}`;
  if (!folds) {
    write([sound]);
    return 0;
  }
  const folded = await log.verifyFold();
  if (!folded.ok) return broken(folded.message);
  const { wholeAfter, checkpoints } = folded;
  const from = wholeAfter === 0 ? "" : ` since event ${wholeAfter}: what came before does not tell enough`;
  const kept =
    checkpoints === 0 ? "" : `, and ${count(checkpoints, "state")} that ${checkpoints === 1 ? "was" : "were"} kept`;
  write([sound, `it leads to what the tables hold${kept}${from}`]);
  return 0;
}

function broken(message: string): number {
  fail("log", `error: ${message}\n`);
  return 1;
}
