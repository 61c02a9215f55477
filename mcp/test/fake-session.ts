import type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "@runa/engine/session";

type Schema = OfferedOutput["schema"];
type Violations = Extract<DeliveryResult, { kind: "refused" }>["violations"];

/** A delivery, confirmation or withdrawal that a fake session was asked for. */
export interface Asked {
  readonly what: "deliver" | "confirm" | "withdraw";
  readonly type: string;
  readonly id: string;
  readonly value: unknown;
}

/** What a test decides about a fake session; everything is accepted by default. */
export interface FakeOptions {
  readonly workUnit?: string | null;
  readonly offersOwnTools?: boolean;
  readonly judge?: (asked: Asked) => Violations;
  /** What a delivery waits for before it is made. */
  readonly gate?: (asked: Asked) => Promise<void>;
}

/** A session that keeps what was delivered in memory, in the order in which it was made. */
export interface FakeSession extends OutputSession {
  readonly made: readonly Asked[];
  /** The reasons of calls that were refused before they came to the session. */
  readonly refused: readonly string[];
  /** Deliveries under way at this moment. */
  readonly running: number;
  readonly closed: boolean;
}

export function output(artifactType: string, schema: Schema, duty: Duty = { kind: "produces" }): OfferedOutput {
  return { artifactType, schema, duty };
}

export function violation(path: string, expected: string, got: string): Violations[number] {
  return { path, keyword: "any", expected, got, message: `${path}: expected ${expected}, got ${got}` };
}

export function fakeSession(outputs: readonly OfferedOutput[], options: FakeOptions = {}): FakeSession {
  const made: Asked[] = [];
  const refused: string[] = [];
  const state = { running: 0, closed: false };
  const delivered = () => new Set(made.map(({ type }) => type));

  async function ask(kind: "delivered" | "confirmed" | "withdrawn", asked: Asked): Promise<DeliveryResult> {
    state.running++;
    await options.gate?.(asked);
    state.running--;
    const violations = options.judge?.(asked) ?? [];
    if (violations.length > 0) return { kind: "refused", reason: `the ${asked.type} is not valid`, violations };
    made.push(asked);
    const owed = outputs.filter(({ artifactType, duty }) => duty.kind === "produces" && !delivered().has(artifactType));
    return {
      kind,
      artifactType: asked.type,
      instanceId: asked.id,
      path: `.runa/workspace/${asked.type}/${asked.id}.json`,
      contentHash: "sha256:00",
      stillOwed: owed.map(({ artifactType }) => artifactType),
    };
  }

  return {
    methodology: "example",
    protocol: "draft",
    workUnit: options.workUnit ?? null,
    outputs,
    offersOwnTools: options.offersOwnTools ?? false,
    deliver: (type, id, value) => ask("delivered", { what: "deliver", type, id, value }),
    confirmUnchanged: (type, id, value) => ask("confirmed", { what: "confirm", type, id, value }),
    withdraw: (type, id, value) => ask("withdrawn", { what: "withdraw", type, id, value }),
    noteRefusal: (reason) => refused.push(reason),
    close() {
      state.closed = true;
    },
    made,
    refused,
    get running() {
      return state.running;
    },
    get closed() {
      return state.closed;
    },
  };
}
