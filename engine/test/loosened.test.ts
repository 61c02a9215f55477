import type { JsonSchema } from "@runa/store";
import { expect, test } from "vitest";
import type { Annotation } from "../src/methodology/annotation.ts";
import { declaredGates, gatesHash } from "../src/methodology/declared-gates.ts";
import { type Loosening, loosened } from "../src/methodology/loosened.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { declare, methodologyOf } from "./support/builders.ts";

type Approval = Extract<Annotation, { kind: "approval" }>;

const approval = (of: string, rest: Partial<Approval> = {}): Annotation => ({
  kind: "approval",
  of,
  min: 1,
  role: null,
  notAuthor: false,
  ...rest,
});

/** What a case differs in from the methodology that it begins with. */
interface Change {
  readonly types?: Readonly<Record<string, Annotation | null>>;
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  readonly protocols?: readonly ProtocolDeclaration[];
  readonly manifest?: string;
}

const STRICT = approval("design", { min: 2, role: "security", notAuthor: true });
const REJECTION: Annotation = { kind: "rejection", of: "design" };
const DRAFT = declare("draft", { requires: ["need"], produces: ["design"] });
const REVIEW = declare("review", { requires: ["design"], mayProduce: ["remark"] });
const BUILD = declare("build", { requires: ["design", "ok"], produces: ["code"] });
const SHIP = declare("ship", { accepts: ["ok"], requires: ["code"], trigger: { type: "on_artifact", name: "ok" } });

function gates({
  types = {},
  schemas = {},
  protocols = [DRAFT, REVIEW, BUILD, SHIP],
  manifest = "m.toml",
}: Change = {}) {
  const annotated: Readonly<Record<string, Annotation | null>> = { ok: STRICT, no: REJECTION, ...types };
  const names = ["need", "design", "code", "remark", ...Object.keys(annotated)];
  const made = methodologyOf(names, protocols);
  const all = [...made.types].map(([name, type]) => {
    const schema = schemas[name] ?? { type: "object", required: ["note"] };
    return [name, { ...type, schema, annotation: annotated[name] ?? null }] as const;
  });
  return declaredGates({ ...made, types: new Map(all) }, manifest);
}

test.each<[string, Change, Loosening[]]>([
  ["nothing", {}, []],
  ["another order", { protocols: [SHIP, BUILD, REVIEW, DRAFT] }, []],
  ["more people", { types: { ok: { ...STRICT, min: 3 } as Annotation } }, []],
  [
    "fewer people",
    { types: { ok: { ...STRICT, min: 1 } as Annotation } },
    [{ kind: "min_lowered", type: "ok", from: 2, to: 1 }],
  ],
  [
    "no role",
    { types: { ok: { ...STRICT, role: null } as Annotation } },
    [{ kind: "role_changed", type: "ok", from: "security", to: null }],
  ],
  [
    "another role",
    { types: { ok: { ...STRICT, role: "lead" } as Annotation } },
    [{ kind: "role_changed", type: "ok", from: "security", to: "lead" }],
  ],
  [
    "one's own work",
    { types: { ok: { ...STRICT, notAuthor: false } as Annotation } },
    [{ kind: "author_may", type: "ok" }],
  ],
  ["of another type", { types: { ok: approval("need", { min: 2 }) } }, [{ kind: "type_changed", type: "ok" }]],
  ["no rejections", { types: { no: null } }, [{ kind: "type_gone", type: "no" }]],
  ["another schema", { schemas: { ok: { type: "object" } } }, [{ kind: "schema_changed", type: "ok" }]],
  ["only other words", { schemas: { ok: { required: ["note"], type: "object", title: "Yes", description: "…" } } }, []],
  ["another schema of what is no decision", { schemas: { code: true } }, []],
  ["another manifest", { manifest: "n.toml" }, [{ kind: "manifest_moved", from: "m.toml", to: "n.toml" }]],
  [
    "a gate less",
    { protocols: [DRAFT, REVIEW, { ...BUILD, requires: ["design"] }, SHIP] },
    [{ kind: "gate_dropped", protocol: "build", type: "ok" }],
  ],
  [
    "a gate that is only accepted",
    { protocols: [DRAFT, REVIEW, { ...BUILD, requires: ["design"], accepts: ["ok"] }, SHIP] },
    [{ kind: "gate_weaker", protocol: "build", type: "ok", by: "accepts" }],
  ],
  [
    "a trigger that need not wait",
    {
      protocols: [
        DRAFT,
        REVIEW,
        BUILD,
        { ...SHIP, trigger: { type: "any_of", conditions: [SHIP.trigger, DRAFT.trigger] } },
      ],
    },
    [{ kind: "gate_weaker", protocol: "ship", type: "ok", by: "trigger" }],
  ],
  [
    "required in place of the trigger",
    { protocols: [DRAFT, REVIEW, BUILD, { ...SHIP, requires: ["code", "ok"], trigger: DRAFT.trigger }] },
    [],
  ],
  ["a protocol less", { protocols: [DRAFT, REVIEW, SHIP] }, []],
  ["the same under another name", { protocols: [DRAFT, REVIEW, { ...BUILD, name: "make" }, SHIP] }, []],
  [
    "a new one that reads what is decided on",
    { protocols: [DRAFT, REVIEW, BUILD, SHIP, declare("peek", { requires: ["design"] })] },
    [{ kind: "reads_undecided", protocol: "peek", type: "design" }],
  ],
  [
    "one that reads it now",
    { protocols: [{ ...DRAFT, accepts: ["design"] }, REVIEW, BUILD, SHIP] },
    [{ kind: "reads_undecided", protocol: "draft", type: "design" }],
  ],
  [
    "a new one that goes around",
    { protocols: [DRAFT, REVIEW, BUILD, SHIP, declare("hack", { requires: ["need"], mayProduce: ["code"] })] },
    [{ kind: "writes_undecided", protocol: "hack", type: "code" }],
  ],
  [
    "a new gate",
    {
      types: { legal: approval("need") },
      protocols: [DRAFT, REVIEW, { ...BUILD, requires: ["design", "ok", "legal"] }, SHIP],
    },
    [],
  ],
])("%s", (_, change, found) => {
  expect(loosened(gates(), gates(change))).toEqual(found);
});

test("a first approval type asks nobody who read its subject before", () => {
  const before = gates({ types: { ok: null, no: null }, protocols: [DRAFT, REVIEW] });
  expect(loosened(before, gates({ protocols: [DRAFT, REVIEW] }))).toEqual([]);
});

test("gates are named by what they are, however they are written", () => {
  const hash = (change: Change) => gatesHash(gates(change));
  expect(hash({ protocols: [SHIP, BUILD, REVIEW, DRAFT] })).toBe(hash({}));
  expect(hash({ schemas: { ok: { required: ["note"], type: "object", title: "Yes" } } })).toBe(hash({}));
  expect(hash({ schemas: { code: true } })).toBe(hash({}));
  expect(hash({ manifest: "n.toml" })).not.toBe(hash({}));
});
