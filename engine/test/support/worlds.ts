import type { ContentHash, Instance, InstanceId, Moment, Snapshot, WorkUnit } from "@runa/store";
import type { LastAttempt, OutcomeId } from "@runa/store/attempts";
import type { HeardDelivery } from "@runa/store/deliveries";
import fc from "fast-check";
import { owedDigest } from "../../src/evaluate/outputs.ts";
import { ScopeView, seenOf } from "../../src/evaluate/scope-view.ts";
import type { Choice, ProtocolDeclaration } from "../../src/methodology/manifest.ts";
import type { Trigger } from "../../src/methodology/trigger.ts";
import { instancesOf, type Past, type Said, type World } from "../model/world.ts";
import { FINGERPRINT, instanceOf, snapshotOf } from "./builders.ts";

/** Few names, so that protocols meet; some of them words that a careless lookup would find on any object. */
const POOL = ["need", "plan", "code", "note", "__proto__", "constructor"] as const;
const NAMES = ["draft", "build", "check", "mend", "toString"] as const;
const UNITS = [null, "w1", "w2"] as const;

const triggers: fc.Arbitrary<Trigger> = fc.letrec<{ tree: Trigger; leaf: Trigger }>((tie) => ({
  leaf: fc.record({
    type: fc.constantFrom("on_artifact" as const, "on_change" as const, "on_invalid" as const),
    name: fc.constantFrom(...POOL),
  }),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: tie("leaf") },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom("all_of" as const, "any_of" as const),
        conditions: fc.array(tie("tree"), { maxLength: 3 }),
      }),
    },
  ),
})).tree;

const some = (maxLength: number) => fc.subarray([...POOL], { maxLength });

interface Draft extends Omit<ProtocolDeclaration, "name" | "choices"> {
  readonly choices: readonly (readonly string[])[];
}

const drafts: fc.Arbitrary<Draft> = fc.record({
  requires: some(2),
  accepts: some(2),
  produces: some(2),
  mayProduce: some(1),
  choices: fc.oneof(
    fc.constant([]),
    fc.array(fc.subarray([...POOL], { minLength: 2, maxLength: 3 }), { maxLength: 2 }),
  ),
  scoped: fc.boolean(),
  trigger: triggers,
});

/** Makes of random lists what the manifest reader would let through: each name once, one owner a type. */
export function declarationsFrom(list: readonly Draft[], declared: readonly string[]): ProtocolDeclaration[] {
  const owned = new Set<string>();
  return list.map(({ requires, accepts, produces, mayProduce, choices, scoped, trigger }, index) => {
    const own = produces.filter((type) => !owned.has(type));
    for (const type of own) owned.add(type);
    const may = mayProduce.filter((type) => !own.includes(type));
    const taken = new Set([...own, ...may]);
    const groups = choices.flatMap((members, group): Choice[] => {
      const left = members.filter((member) => declared.includes(member) && !taken.has(member));
      if (left.length < 2) return [];
      for (const member of left) taken.add(member);
      return [{ name: `choice${group}`, members: left }];
    });
    return {
      name: NAMES[index] ?? `p${index}`,
      requires,
      accepts: accepts.filter((type) => !requires.includes(type)),
      produces: own,
      mayProduce: may,
      choices: groups,
      scoped,
      trigger,
    };
  });
}

const NOTHING: Draft = {
  ...{ requires: [], accepts: [], produces: [], mayProduce: [], choices: [], scoped: false },
  trigger: { type: "all_of", conditions: [] },
};

/** A writer and a judge whose rejection the writer hears: chance alone hardly makes two that fit. */
const REVIEW_LOOP: readonly Draft[] = [
  { ...NOTHING, produces: ["plan"], trigger: { type: "on_artifact", name: "note" } },
  { ...NOTHING, requires: ["plan"], choices: [["code", "note"]] },
];

interface Drawn {
  readonly types: readonly string[];
  readonly drafts: readonly Draft[];
  /** Types of which nothing lies there. */
  readonly absent: readonly string[];
}

const anything: fc.Arbitrary<Drawn> = fc.record({
  types: fc.subarray([...POOL], { minLength: 3 }),
  drafts: fc.array(drafts, { minLength: 1, maxLength: 5 }),
  absent: fc.constant([]),
});

/** Where the judge has rejected. */
const rejected: fc.Arbitrary<Drawn> = fc
  .array(drafts, { maxLength: 2 })
  .map((more) => ({ types: [...POOL], drafts: [...REVIEW_LOOP, ...more], absent: ["code"] }));

/** Protocols as a manifest could declare them, over types of which most are declared. */
export const methodologies = fc
  .oneof({ weight: 5, arbitrary: anything }, { weight: 1, arbitrary: rejected })
  .map(({ types, drafts, absent }) => ({ types, protocols: declarationsFrom(drafts, types), absent }));

const sketches = fc.record({
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constant("valid" as const) },
    { weight: 2, arbitrary: fc.constantFrom("invalid" as const, "malformed" as const, "stale" as const) },
  ),
  hash: fc.constantFrom("a", "b"),
  workUnit: fc.constantFrom(...UNITS),
  at: fc.integer({ min: 1, max: 5 }),
  deliveredAt: fc.option(fc.integer({ min: 1, max: 5 })),
});

/** How something remembered differs from what is there today. */
type Twist = "same" | "fewer" | "more" | "content" | "validity" | "nothing";

const twists: fc.Arbitrary<Twist> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("same" as const) },
  { weight: 2, arbitrary: fc.constantFrom("fewer", "more", "content", "validity", "nothing") },
);

function twisted(instances: readonly Instance[], twist: Twist): Instance[] {
  const [first, ...rest] = instances;
  if (twist === "same") return [...instances];
  if (twist === "nothing") return [];
  if (twist === "fewer" || first === undefined) return rest;
  if (twist === "more") return [...instances, { ...first, id: "gone" as InstanceId }];
  if (twist === "content") return [{ ...first, contentHash: "sha256:other" as ContentHash }, ...rest];
  return [{ ...first, status: first.status === "valid" ? "invalid" : "valid" }, ...rest];
}

const pasts = fc.record({
  last: fc.constantFrom("none", "succeeded", "failed", "failed after success"),
  owed: twists,
  successEnded: fc.integer({ min: 1, max: 6 }),
  record: fc.tuple(twists, twists, twists, twists, twists, twists),
  sameInstructions: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

function pastOf(
  world: World,
  protocol: ProtocolDeclaration,
  drawn: typeof pasts extends fc.Arbitrary<infer T> ? T : never,
): Past {
  const owed = [...protocol.produces, ...protocol.choices.flatMap(({ members }) => members)];
  const record = new Map(
    POOL.map((type, index): [string, Instance[]] => [
      type,
      twisted(instancesOf(world, type), drawn.record[index] ?? "same"),
    ]),
  );
  return {
    lastFailed: drawn.last === "none" ? null : drawn.last.startsWith("failed"),
    owedAtEnd: twisted(
      owed.flatMap((type) => instancesOf(world, type)),
      drawn.owed,
    ),
    record: drawn.last.includes("succe") ? record : null,
    successEnded: drawn.last.includes("succe") ? drawn.successEnded : null,
    sameInstructions: drawn.sameInstructions,
  };
}

const sayings = fc.array(
  fc.record({
    protocol: fc.constantFrom(...NAMES),
    type: fc.constantFrom(...POOL),
    id: fc.constantFrom("i0", "i1").map((id) => id as InstanceId),
    contentHash: fc.constantFrom("sha256:a", "sha256:b").map((hash) => hash as ContentHash),
    at: fc.integer({ min: 1, max: 8 }),
  }),
  { maxLength: 12 },
);

/** Everything that readiness follows from, drawn at random. */
export const worlds: fc.Arbitrary<World> = fc
  .record({
    methodology: methodologies,
    sketches: fc.array(fc.array(sketches, { maxLength: 3 }), { minLength: POOL.length, maxLength: POOL.length }),
    gaps: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, { weight: 2, arbitrary: some(2) }),
    pasts: fc.array(pasts, { minLength: NAMES.length, maxLength: NAMES.length }),
    workUnit: fc.constantFrom(null, "w1" as WorkUnit),
    said: sayings,
    removals: fc.array(fc.tuple(fc.constantFrom(...POOL), fc.integer({ min: 1, max: 8 })), { maxLength: 1 }),
  })
  .map(({ methodology: { types, protocols, absent }, sketches, gaps, pasts, workUnit, said, removals }) => {
    const instances = POOL.flatMap((type, index) =>
      types.includes(type) && !absent.includes(type)
        ? (sketches[index] ?? []).map((sketch, id) => instanceOf(type, `i${id}`, sketch))
        : [],
    );
    const past = new Map<string, Past>();
    const world = { types, protocols, instances, gaps, workUnit, past, sayings: said, removals: new Map(removals) };
    for (const [index, protocol] of protocols.entries()) {
      const drawn = pasts[index];
      if (drawn !== undefined) world.past.set(protocol.name, pastOf(world, protocol, drawn));
    }
    return world;
  });

const FAILURES: readonly OutcomeId[] = ["exited", "not_delivered", "abandoned", "interrupted", "invalid_output"];

/** The snapshot that the store would have read in a world: sets become the digests that attempts record. */
export function snapshotFrom(world: World): Snapshot {
  const lastAttempts: LastAttempt[] = [];
  const lastSuccesses: LastAttempt[] = [];
  for (const [index, protocol] of world.protocols.entries()) {
    const past = world.past.get(protocol.name);
    if (past === undefined || past.lastFailed === null) continue;
    const then = new ScopeView(snapshotOf(world.types, past.owedAtEnd), null);
    const attempt: LastAttempt = {
      id: `attempt-${index}`,
      protocol: protocol.name,
      outcome: past.lastFailed ? (FAILURES[index] ?? "exited") : "delivered",
      started: 2 as Moment,
      ended: 3 as Moment,
      outputsAfter: owedDigest(then.as(protocol), protocol),
      fingerprint: past.sameInstructions ? FINGERPRINT : "as it was",
      seen: null,
    };
    const seen =
      past.record === null ? null : Object.fromEntries([...past.record].map(([type, list]) => [type, seenOf(list)]));
    lastAttempts.push(past.lastFailed ? attempt : { ...attempt, seen });
    if (seen !== null && past.successEnded !== null) {
      const ended = past.successEnded as Moment;
      lastSuccesses.push({ ...attempt, id: `success-${index}`, outcome: "delivered", ended, seen });
    }
  }
  const heard = { deliveries: heardFrom(world.sayings), removals: world.removals as ReadonlyMap<string, Moment> };
  return snapshotOf(world.types, world.instances, {
    gaps: world.gaps,
    lastAttempts,
    lastSuccesses,
    heard,
    workUnit: world.workUnit,
  });
}

/** What the store would have read of everything that was said. */
function heardFrom(all: readonly Said[]): Map<string, HeardDelivery[]> {
  const sayings = new Map<string, HeardDelivery[]>();
  for (const { type, id, contentHash, protocol, at } of all) {
    const before = all
      .filter((other) => other.type === type && other.id === id && other.contentHash === contentHash && other.at < at)
      .reduce<number | null>((latest, other) => Math.max(latest ?? 0, other.at), null);
    const saying: HeardDelivery = { id, contentHash, protocol, at: at as Moment, before: before as Moment | null };
    sayings.set(type, [...(sayings.get(type) ?? []), saying]);
  }
  return sayings;
}
