import type { Gate, Gates, GateType, ProtocolGates } from "./declared-gates.ts";

/** One way in which gates are not provably as strict as they were (decisions 4). */
export type Loosening =
  | { readonly kind: "manifest_moved"; readonly from: string; readonly to: string }
  | { readonly kind: "type_gone" | "type_changed" | "schema_changed"; readonly type: string }
  | { readonly kind: "min_lowered"; readonly type: string; readonly from: number; readonly to: number }
  | { readonly kind: "role_changed"; readonly type: string; readonly from: string; readonly to: string | null }
  | { readonly kind: "author_may"; readonly type: string }
  | { readonly kind: "gate_dropped"; readonly protocol: string; readonly type: string }
  | { readonly kind: "gate_weaker"; readonly protocol: string; readonly type: string; readonly by: Gate["by"] }
  | { readonly kind: "reads_undecided"; readonly protocol: string; readonly type: string }
  | { readonly kind: "writes_undecided"; readonly protocol: string; readonly type: string };

const NOTHING: ProtocolGates = { gates: [], reads: [], writes: [] };

/** Every way in which gates are looser than before, or may be: what a protocol newly reads or writes is looked at too. */
export function loosened(before: Gates, now: Gates): Loosening[] {
  const { manifest } = now;
  return [
    ...(before.manifest === manifest ? [] : [{ kind: "manifest_moved" as const, from: before.manifest, to: manifest }]),
    ...Object.entries(before.types).flatMap(([type, was]) => typeLoosened(type, was, own(now.types, type))),
    ...Object.entries(now.protocols).flatMap(([protocol, is]) => [
      ...gatesLoosened(protocol, own(before.protocols, protocol) ?? NOTHING, is),
      ...passedBy(protocol, own(before.protocols, protocol) ?? NOTHING, is, before, now),
    ]),
  ];
}

function typeLoosened(type: string, was: GateType, is: GateType | undefined): Loosening[] {
  if (is === undefined) return [{ kind: "type_gone", type }];
  if (is.kind !== was.kind || is.of !== was.of) return [{ kind: "type_changed", type }];
  const found: Loosening[] = [];
  const [from, to] = [was.min ?? 1, is.min ?? 1];
  if (to < from) found.push({ kind: "min_lowered", type, from, to });
  if (was.role !== undefined && is.role !== was.role)
    found.push({ kind: "role_changed", type, from: was.role, to: is.role ?? null });
  if (was.not_author === true && is.not_author !== true) found.push({ kind: "author_may", type });
  if (is.schema !== was.schema) found.push({ kind: "schema_changed", type });
  return found;
}

/** Gates of a protocol that it has no more, or in a place that is less. */
function gatesLoosened(protocol: string, was: ProtocolGates, is: ProtocolGates): Loosening[] {
  return was.gates.flatMap((gate): Loosening[] => {
    const today = is.gates.find(({ type }) => type === gate.type);
    if (today === undefined) return [{ kind: "gate_dropped", protocol, type: gate.type }];
    return covers(today, gate) ? [] : [{ kind: "gate_weaker", protocol, type: gate.type, by: today.by }];
  });
}

/** What a protocol did not read or write before, and what others read or write only behind a gate. */
function passedBy(protocol: string, was: ProtocolGates, is: ProtocolGates, before: Gates, now: Gates): Loosening[] {
  const approvals = Object.entries(now.types).filter(([, { kind }]) => kind === "approval");
  const read = is.reads
    .filter((type) => !was.reads.includes(type) && approvals.some(([, { of }]) => of === type))
    .filter((type) => !is.gates.some((gate) => own(now.types, gate.type)?.of === type));
  const written = is.writes
    .filter((type) => !was.writes.includes(type))
    .filter((type) => {
      const writers = Object.values(before.protocols).filter(({ writes }) => writes.includes(type));
      const isGuarded = writers.length > 0 && writers.every(({ gates }) => gates.length > 0);
      return (
        isGuarded && !writers.some(({ gates }) => gates.every((gate) => is.gates.some((one) => covers(one, gate))))
      );
    });
  return [
    ...read.map((type): Loosening => ({ kind: "reads_undecided", protocol, type })),
    ...written.map((type): Loosening => ({ kind: "writes_undecided", protocol, type })),
  ];
}

/** Whether whatever waits for the one gate waits for the other too. */
function covers(one: Gate, other: Gate): boolean {
  if (one.type !== other.type) return false;
  if (one.by === "requires" || other.by === "accepts") return true;
  return one.by === "trigger" && other.by === "trigger" && one.trigger === other.trigger;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
