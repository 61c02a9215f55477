import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Data } from "./values.ts";
import { record } from "./values.ts";

/** The schema that every artifact type of the tests starts from. */
export const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A design",
  type: "object",
  properties: {
    title: { type: "string", minLength: 1, maxLength: 200 },
    notes: { type: "array", items: { type: "string" } },
    parts: { type: "array", items: { $ref: "#/$defs/part" } },
    size: { type: "integer", minimum: 0 },
    state: { enum: ["open", "closed"] },
    work_unit: { type: "string" },
  },
  required: ["title"],
  additionalProperties: false,
  $defs: { part: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
} satisfies { [key: string]: Data };

/** An artifact that meets it. */
export const ARTIFACT = {
  title: "A title",
  notes: ["one", "two"],
  parts: [{ name: "wheel" }, { name: "axle" }],
  size: 3,
  state: "open",
  work_unit: "checkout",
} satisfies { [key: string]: Data };

export const TYPES = ["request", "design", "accepted", "rejected", "report"];
export const PROTOCOLS = ["draft", "decide", "watch"];

/** A manifest with everything that a manifest may hold. */
export const MANIFEST: { [key: string]: Data } = {
  name: "fuzzed",
  version: "1",
  artifact_types: TYPES.map((name) => ({ name })),
  protocols: [
    {
      name: "draft",
      requires: ["request"],
      accepts: ["rejected"],
      produces: ["design"],
      trigger: { type: "any_of", conditions: [onType("on_artifact", "request"), onType("on_change", "rejected")] },
    },
    {
      name: "decide",
      requires: ["design"],
      required_output_choices: [{ name: "verdict", members: ["accepted", "rejected"] }],
      trigger: { type: "all_of", conditions: [onType("on_artifact", "design")] },
    },
    {
      name: "watch",
      requires: ["design"],
      may_produce: ["report"],
      scoped: true,
      trigger: onType("on_invalid", "design"),
    },
  ],
};

function onType(type: string, name: string): { [key: string]: Data } {
  return record([
    ["type", type],
    ["name", name],
  ]);
}

const MANIFEST_TEXT = `name = "fuzzed"
${TYPES.map((name) => `[[artifact_types]]\nname = "${name}"`).join("\n")}

[[protocols]]
name = "draft"
requires = ["request"]
accepts = ["rejected"]
produces = ["design"]
trigger = { type = "on_artifact", name = "request" }

[[protocols]]
name = "decide"
requires = ["design"]
trigger = { type = "on_artifact", name = "design" }
[[protocols.required_output_choices]]
name = "verdict"
members = ["accepted", "rejected"]

[[protocols]]
name = "watch"
requires = ["design"]
may_produce = ["report"]
scoped = true
trigger = { type = "on_invalid", name = "design" }
`;

/** Writes a methodology that nothing is wrong with, and gives its manifest's path. */
export function writeMethodology(directory: string): string {
  const files = [
    ["manifest.toml", MANIFEST_TEXT],
    ...TYPES.map((type) => [`schemas/${type}.schema.json`, JSON.stringify(SCHEMA, null, 2)]),
    ...PROTOCOLS.map((protocol) => [`protocols/${protocol}/PROTOCOL.md`, `# ${protocol}\n\nDo it.\n`]),
  ] as const;
  for (const [name = "", text = ""] of files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return join(directory, "manifest.toml");
}
