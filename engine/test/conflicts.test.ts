import type { JsonSchema, SchemaHash, WorkUnit } from "@runa/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate } from "../src/methodology/candidate.ts";
import type { Methodology, Protocol } from "../src/methodology/methodology.ts";
import type { Trigger } from "../src/methodology/trigger.ts";
import { obstructs } from "../src/run/conflicts.ts";
import { declare, methodologyOf, unit, when } from "./support/builders.ts";

const TYPES = ["a", "b", "c", "d"];
const UNITS = ["u", "v"];

const types = fc.subarray(TYPES, { maxLength: 2 });
const { trigger } = fc.letrec<{ trigger: Trigger; primitive: Trigger }>((tie) => ({
  trigger: fc.oneof(
    { depthSize: "small" },
    tie("primitive"),
    fc.array(tie("trigger"), { minLength: 1, maxLength: 2 }).map((conditions) => when.all(...conditions)),
    fc.array(tie("trigger"), { minLength: 1, maxLength: 2 }).map((conditions) => when.any(...conditions)),
  ),
  primitive: fc
    .tuple(fc.constantFrom(when.artifact, when.change, when.invalid), fc.constantFrom(...TYPES))
    .map(([make, type]) => make(type)),
}));

const protocols = fc
  .tuple(
    fc.record({
      requires: types,
      accepts: types,
      produces: types,
      mayProduce: types,
      choices: fc.array(
        fc.subarray(TYPES, { minLength: 2, maxLength: 2 }).map((members) => ({ name: "choice", members })),
        { maxLength: 1 },
      ),
      trigger,
    }),
    fc.constantFrom(null, ...UNITS),
  )
  .map(([declaration, workUnit]) => ({ declaration, workUnit: workUnit === null ? null : unit(workUnit) }));

const schemas = fc.constantFrom<JsonSchema>(
  true,
  {},
  { required: ["title"] },
  { required: ["title", "work_unit"] },
  { properties: { work_unit: { type: "string" } } },
);

/** Which work units a valid instance of a type may name; null is an instance that names none. */
function instancesOf(schema: JsonSchema | undefined): (WorkUnit | null)[] {
  const named = UNITS.map((name) => unit(name));
  const mustName = typeof schema === "object" && JSON.stringify(schema.required ?? []).includes('"work_unit"');
  return mustName ? named : [null, ...named];
}

/** What an attempt for `workUnit` may see and write: instances of its own work unit or of none; an unscoped one any. */
function reaches(workUnit: WorkUnit | null, instance: WorkUnit | null): boolean {
  return workUnit === null || instance === null || instance === workUnit;
}

function namedIn(condition: Trigger): string[] {
  return "conditions" in condition ? condition.conditions.flatMap(namedIn) : [condition.name];
}

/** Attempts.md section 7, word by word. */
function mustNotStart(other: Candidate, mine: Candidate, { types: declared }: Methodology): boolean {
  const mayWrite = ({ protocol }: Candidate, type: string) =>
    protocol.produces.includes(type) ||
    protocol.choices.some(({ members }) => members.includes(type)) ||
    protocol.mayProduce.includes(type);
  const touches = (type: string) =>
    mine.protocol.requires.includes(type) ||
    mine.protocol.accepts.includes(type) ||
    namedIn(mine.protocol.trigger).includes(type) ||
    mayWrite(mine, type);
  return TYPES.some(
    (type) =>
      mayWrite(other, type) &&
      touches(type) &&
      instancesOf(declared.get(type)?.schema).some(
        (instance) => reaches(other.workUnit, instance) && reaches(mine.workUnit, instance),
      ),
  );
}

test("obstructs agrees with attempts.md section 7, word by word", () => {
  const met = { yes: 0, no: 0 };
  fc.assert(
    fc.property(protocols, protocols, fc.array(schemas, { minLength: 4, maxLength: 4 }), (one, two, chosen) => {
      const declarations = [one, two].map(({ declaration, workUnit }, index) =>
        declare(`p${index}`, { ...declaration, scoped: workUnit !== null }),
      );
      const plain = methodologyOf(TYPES, declarations);
      const methodology: Methodology = {
        ...plain,
        types: new Map(
          [...plain.types].map(([name, type], index) => [
            name,
            { ...type, schema: chosen[index] ?? true, hash: "sha256:s" as SchemaHash },
          ]),
        ),
      };
      const [first, second] = methodology.protocols as [Protocol, Protocol];
      const other: Candidate = { protocol: first, workUnit: one.workUnit };
      const mine: Candidate = { protocol: second, workUnit: two.workUnit };
      const must = mustNotStart(other, mine, methodology);
      met[must ? "yes" : "no"]++;
      expect(obstructs(methodology, other, mine)).toBe(must);
      // Whatever it reads or writes, one candidate is never executed twice at once.
      expect(obstructs(methodology, mine, { ...mine })).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect(met.yes).toBeGreaterThan(500);
  expect(met.no).toBeGreaterThan(500);
});
