const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** A methodology's files, by path. */
export type Methodology = Readonly<Record<string, string>>;

function methodology(types: Readonly<Record<string, object>>): Methodology {
  const names = Object.keys(types);
  const request = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
  return {
    "manifest.toml": `name = "live"
${["request", ...names].map((name) => `[[artifact_types]]\nname = ${JSON.stringify(name)}\n`).join("")}
[[protocols]]
name = "write"
requires = ["request"]
produces = ${JSON.stringify(names)}
trigger = { type = "on_artifact", name = "request" }
`,
    "protocols/write/PROTOCOL.md": "Write what the request asks for.\n",
    ...Object.fromEntries(
      Object.entries({ request, ...types }).map(([name, schema]) => [
        `schemas/${name}.schema.json`,
        JSON.stringify({ $schema: DIALECT, ...schema }),
      ]),
    ),
  };
}

/** One protocol that owes one `report`. */
export const REPORT: Methodology = methodology({
  report: {
    title: "Report",
    description: "What was found.",
    type: "object",
    properties: { title: { type: "string", minLength: 3 }, score: { type: "integer" } },
    required: ["title", "score"],
    additionalProperties: false,
  },
});

/** One protocol that owes what model APIs take no tool for: a list under a name of their own, and a choice at the top. */
export const AWKWARD: Methodology = methodology({
  "Befund.ü": {
    title: "Befunde",
    type: "array",
    items: { $ref: "#/$defs/finding" },
    minItems: 1,
    $defs: {
      finding: {
        type: "object",
        properties: { text: { type: "string" }, parts: { type: "array", items: { $ref: "#/$defs/finding" } } },
        required: ["text"],
      },
    },
  },
  verdict: {
    oneOf: [
      { type: "object", properties: { kind: { const: "pass" }, by: { type: "string" } }, required: ["kind", "by"] },
      {
        type: "object",
        properties: { kind: { const: "fail" }, reasons: { type: ["array", "null"], items: { type: "string" } } },
        required: ["kind", "reasons"],
      },
    ],
  },
});
