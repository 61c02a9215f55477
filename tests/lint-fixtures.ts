import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type MethodologyText, type ProtocolText, writeMethodology } from "./rig/methodology.ts";

/** A methodology, with what cannot be said of one in general. */
export interface LintCase extends MethodologyText {
  /** The manifest, otherwise than it would be written. */
  readonly edit?: (manifest: string) => string;
  /** Other files, or files with another text; null takes one away. */
  readonly files?: Readonly<Record<string, string | null>>;
}

/** A rule, with a methodology that breaks it in one place and a near miss that does not. */
export interface LintFixture {
  readonly rule: string;
  readonly level: "error" | "problem" | "warning";
  readonly broken: LintCase;
  /** `file:line:column`, from the methodology's directory. */
  readonly at: string;
  readonly message: string;
  readonly sound: LintCase;
}

/** Writes a case into a directory. */
export function writeCase(directory: string, { edit, files = {}, ...methodology }: LintCase): void {
  writeMethodology(directory, methodology);
  const manifest = join(directory, "manifest.toml");
  if (edit !== undefined) writeFileSync(manifest, edit(readFileSync(manifest, "utf8")));
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
  }
}

const reply = { name: "reply", requires: ["question"], produces: ["answer"] };
const one: LintCase = { protocols: [reply] };

/** `reply` with other instructions. */
const told = (instructions: string): LintCase => ({ protocols: [{ ...reply, instructions }] });
/** `reply` with another schema of its output. */
const answering = (answer: object | boolean): LintCase => ({ protocols: [reply], schemas: { answer } });
/** Adds a line to the end of the manifest, which is its last protocol's. */
const withLine = (line: string): LintCase => ({
  ...one,
  edit: (manifest) => `${manifest}${line}
`,
});

const object = (more: object) => ({ type: "object", required: ["text"], ...more });
const TEXT = { type: "string", minLength: 1 };
const DRAFT_07 = "http://json-schema.org/draft-07/schema#";

const review: ProtocolText = { name: "review", requires: ["answer"], choices: { verdict: ["good", "bad"] } };
const publish: ProtocolText = { name: "publish", requires: ["good"], produces: ["page"] };

/** `reply`, whose answer has to be approved before it is printed, and other protocols. */
const approving = (...others: readonly ProtocolText[]): LintCase => ({
  protocols: [reply, { name: "print", requires: ["answer", "answer-approval"], produces: ["page"] }, ...others],
  schemas: { "answer-approval": { type: "object", "x-runa": { kind: "approval", of: "answer" } } },
});

const report: ProtocolText = { name: "report", requires: ["trail"], produces: ["summary"] };
/** The schema of records of attempts. */
const records = (annotation: object = {}) => ({
  title: "Trail",
  "x-runa": { kind: "audit", ...annotation },
  type: "object",
  required: ["v"],
});

export const LINT_FIXTURES: readonly LintFixture[] = [
  {
    rule: "unloadable",
    level: "error",
    broken: { ...one, files: { "protocols/reply/PROTOCOL.md": null } },
    at: "protocols/reply/PROTOCOL.md",
    message: "the instructions of protocol 'reply' cannot be read: ",
    sound: { ...one, files: { "protocols/reply/PROTOCOL.md": "Answer." } },
  },
  {
    rule: "unknown-key",
    level: "problem",
    broken: withLine('require = ["question"]'),
    at: "manifest.toml:17:1",
    message: "unknown key 'require' in protocol 'reply' — did you mean 'requires'?",
    sound: { ...one, edit: (manifest) => `version = 2\n${manifest}[meta]\nrequire = []\n` },
  },
  {
    rule: "misplaced-key",
    level: "problem",
    broken: {
      protocols: [{ name: "judge", requires: ["answer"], choices: { verdict: ["good", "bad"] } }],
      edit: (manifest) => manifest.replace("scoped = false\n", "").replace(/$/, "scoped = false\n"),
    },
    at: "manifest.toml:23:1",
    message:
      "'scoped' stands below [[protocols.required_output_choices]] and so belongs to that group, not to its protocol: put it above",
    sound: { protocols: [{ name: "judge", requires: ["answer"], choices: { verdict: ["good", "bad"] } }] },
  },
  {
    rule: "undeclared-type",
    level: "problem",
    broken: { ...one, edit: (manifest) => manifest.replace("accepts = []", 'accepts = ["anwser"]') },
    at: "manifest.toml:12:12",
    message:
      "protocol 'reply' names 'anwser' in 'accepts', which is not a declared artifact type — did you mean 'answer'?",
    sound: { ...one, edit: (manifest) => manifest.replace("accepts = []", 'accepts = ["answer"]') },
  },
  {
    rule: "hard-cycle",
    level: "problem",
    broken: {
      protocols: [
        { name: "hen", requires: ["egg"], produces: ["chick"], trigger: "on_artifact(spring)" },
        { name: "nest", requires: ["chick"], produces: ["egg"], trigger: "on_artifact(chick)" },
      ],
    },
    at: "manifest.toml:14:13",
    message:
      "hen -> nest -> hen (hard dependencies; the members wait): let 'hen' accept 'egg' of 'nest' instead of requiring it",
    sound: {
      protocols: [
        { name: "hen", accepts: ["egg"], produces: ["chick"], trigger: "on_artifact(spring)" },
        { name: "nest", requires: ["chick"], produces: ["egg"], trigger: "on_artifact(chick)" },
      ],
    },
  },
  {
    rule: "misspelt-table",
    level: "warning",
    broken: { ...one, edit: (manifest) => `${manifest}[[protocol]]\nname = "never"\n` },
    at: "manifest.toml:17:3",
    message: "top-level key 'protocol' has no effect — did you mean 'protocols'?",
    sound: { ...one, edit: (manifest) => `${manifest}[[outcome_types]]\nname = "answer"\n` },
  },
  {
    rule: "unused-type",
    level: "warning",
    broken: { ...one, types: ["note"] },
    at: "manifest.toml:10:8",
    message: "nothing uses artifact type 'note'",
    sound: { protocols: [{ ...reply, accepts: ["note"] }] },
  },
  {
    rule: "alike-names",
    level: "warning",
    broken: { protocols: [{ ...reply, accepts: ["Answer"] }] },
    at: "manifest.toml:10:8",
    message:
      "artifact type 'answer' differs from 'Answer' only in case or in how Unicode spells it: rename one of them",
    sound: { protocols: [{ ...reply, accepts: ["answers"] }] },
  },
  {
    rule: "hidden-type",
    level: "warning",
    broken: { protocols: [{ ...reply, accepts: [".note"] }] },
    at: "manifest.toml:7:8",
    message:
      "artifact type '.note' begins with a dot, and directories that do are passed over: no instance of it is ever seen",
    sound: { protocols: [{ ...reply, accepts: ["no.te"] }] },
  },
  {
    rule: "stray-file",
    level: "warning",
    broken: { ...one, files: { "schemas/anwser.schema.json": "{}" } },
    at: "schemas/anwser.schema.json",
    message: "the manifest declares no artifact type 'anwser': nothing reads this file — did you mean 'answer'?",
    sound: {
      ...one,
      files: {
        "schemas/README.md": "What they are.",
        "schemas/.note.schema.json": "{}",
        "protocols/reply/LICENSE": "",
        "protocols/shared/notes.md": "",
      },
    },
  },
  {
    rule: "repeated-name",
    level: "warning",
    broken: { protocols: [{ ...reply, requires: ["question", "question"] }] },
    at: "manifest.toml:11:24",
    message: "'question' stands twice in 'requires'; it counts once",
    sound: { protocols: [{ ...reply, requires: ["question", "questions"] }] },
  },
  {
    rule: "overlapping-lists",
    level: "warning",
    broken: { protocols: [{ ...reply, accepts: ["question"] }] },
    at: "manifest.toml:12:12",
    message: "'question' stands in 'requires' and in 'accepts'; it counts as 'requires'",
    sound: { protocols: [{ ...reply, accepts: ["answer"] }] },
  },
  {
    rule: "empty-all-of",
    level: "warning",
    broken: { protocols: [{ ...reply, trigger: "all_of()" }] },
    at: "manifest.toml:16:11",
    message: "the trigger of protocol 'reply' holds an empty all_of, which is always satisfied",
    sound: { protocols: [{ ...reply, trigger: "all_of(on_artifact(question))" }] },
  },
  {
    rule: "untriggerable-protocol",
    level: "warning",
    broken: { protocols: [{ ...reply, trigger: "any_of()" }] },
    at: "manifest.toml:16:11",
    message: "nothing can trigger protocol 'reply': an empty any_of is never satisfied",
    sound: { protocols: [{ ...reply, trigger: "any_of(on_artifact(question), any_of())" }] },
  },
  {
    rule: "never-ready",
    level: "warning",
    broken: {
      protocols: [
        { ...reply, requires: ["question", "hint"] },
        { name: "help", requires: ["answer"], may_produce: ["hint"], trigger: "on_artifact(question)" },
      ],
    },
    at: "manifest.toml:14:24",
    message:
      "nothing can ever make protocol 'reply' ready: it requires 'hint', which only 'help' can deliver, and that waits for what follows from 'reply'",
    sound: {
      protocols: [
        { ...reply, requires: ["question"], accepts: ["hint"] },
        { name: "help", requires: ["answer"], may_produce: ["hint"], trigger: "on_artifact(question)" },
        // It begins with what a person puts there.
        { name: "keep", requires: ["book"], produces: ["book"], trigger: "on_artifact(answer)" },
      ],
    },
  },
  {
    rule: "exclusive-inputs",
    level: "warning",
    broken: { protocols: [reply, review, { ...publish, requires: ["good", "bad"] }] },
    at: "manifest.toml:42:20",
    message:
      "protocol 'publish' needs 'good' and 'bad', of which 'review' delivers only one at a time (choice group 'verdict')",
    sound: {
      protocols: [
        reply,
        review,
        {
          ...publish,
          requires: ["answer"],
          accepts: ["good", "bad"],
          trigger: "any_of(on_artifact(good), on_artifact(bad))",
        },
      ],
    },
  },
  {
    rule: "unread-change",
    level: "warning",
    broken: { protocols: [{ ...reply, trigger: "any_of(on_artifact(question), on_change(note))" }] },
    at: "manifest.toml:19:118",
    message:
      "protocol 'reply' is triggered by a change of 'note' and neither requires nor accepts it: its agent is not shown what has changed",
    sound: {
      protocols: [{ ...reply, accepts: ["note"], trigger: "any_of(on_artifact(sign), on_change(note))" }],
    },
  },
  {
    rule: "feedback-without-trigger",
    level: "warning",
    broken: { protocols: [{ ...reply, accepts: ["bad"] }, review, publish] },
    at: "manifest.toml:21:12",
    message:
      "protocol 'reply' accepts 'bad', in which 'review' decides about its work, but no trigger names it: nothing starts the rework",
    sound: {
      protocols: [
        { ...reply, accepts: ["bad", "good"], trigger: "any_of(on_artifact(question), on_artifact(bad))" },
        { ...review, accepts: ["bad"] },
        publish,
      ],
    },
  },
  {
    rule: "unapproved-input",
    level: "warning",
    broken: approving({ name: "deploy", requires: ["page", "answer"], produces: ["site"] }),
    at: "manifest.toml:38:20",
    message: "protocol 'deploy' acts on 'answer' approved or not, while 'print' before it waits for 'answer-approval'",
    sound: approving(
      { name: "deploy", requires: ["page", "answer"], accepts: ["answer-approval"], produces: ["site"] },
      // What comes before the approval may well help to decide.
      { name: "check", requires: ["answer"], produces: ["report"] },
    ),
  },
  {
    rule: "records-in-circle",
    level: "warning",
    broken: {
      protocols: [{ ...reply, requires: ["question", "trail"] }, report],
      schemas: { trail: records({ outcomes: ["delivered"] }) },
    },
    at: "manifest.toml:17:24",
    message:
      "protocols 'reply' and 'report' read each other's records: each attempt of one makes the others not current",
    sound: {
      protocols: [{ ...reply, requires: ["question", "trail"] }, report],
      schemas: { trail: records({ outcomes: ["delivered"], protocols: ["reply"] }) },
    },
  },
  {
    rule: "unfiltered-records",
    level: "warning",
    broken: { protocols: [{ ...reply, requires: ["question", "trail"] }], schemas: { trail: records() } },
    at: "manifest.toml:14:24",
    message:
      "protocol 'reply' requires 'trail', of which every attempt leaves one, also one that failed: its schema names neither outcomes nor protocols",
    sound: { protocols: [{ ...reply, accepts: ["trail"] }], schemas: { trail: records() } },
  },
  {
    rule: "shared-output",
    level: "warning",
    broken: { protocols: [{ ...reply, scoped: true }], schemas: { answer: object({ properties: { text: TEXT } }) } },
    at: "manifest.toml:13:13",
    message:
      "scoped protocol 'reply' produces 'answer', whose schema has no property 'work_unit': all work units share it, and once it is there for one, the others count as done",
    sound: {
      protocols: [{ ...reply, scoped: true, may_produce: ["glossary"] }],
      schemas: { glossary: object({ properties: { text: TEXT } }) },
    },
  },
  {
    rule: "mixed-work-units",
    level: "warning",
    broken: {
      protocols: [{ ...review, scoped: true }],
      schemas: { bad: object({ properties: { text: TEXT } }) },
    },
    at: "manifest.toml:23:19",
    message:
      "in choice group 'verdict' of scoped protocol 'review' the schema of 'bad' has no property 'work_unit' and that of 'good' has: one 'bad' is the choice of every work unit",
    sound: { protocols: [review], schemas: { bad: object({ properties: { text: TEXT } }) } },
  },
  {
    rule: "unofferable-output",
    level: "warning",
    broken: answering({
      allOf: [object({ properties: { text: { ...TEXT, title: "Text" }, instance_id: { title: "Id" } } })],
    }),
    at: "manifest.toml:7:8",
    message:
      "artifact type 'answer' can never be delivered: its schema has a property 'instance_id', which its tool needs for itself; rename it",
    sound: {
      ...one,
      schemas: { question: object({ properties: { text: TEXT, instance_id: { type: "string" } } }) },
    },
  },
  {
    rule: "misspelt-keyword",
    level: "warning",
    broken: answering({ type: "object", requird: ["text"], properties: { text: TEXT } }),
    at: "schemas/answer.schema.json:3:3",
    message: "unknown keyword 'requird' has no effect — did you mean 'required'?",
    sound: answering({
      type: "object",
      "x-required": ["text"],
      note: "For later.",
      properties: { requird: { type: "string", note: "'not' holds a schema, this is none." } },
    }),
  },
  {
    rule: "foreign-keyword",
    level: "warning",
    broken: answering({ $schema: DRAFT_07, ...object({ properties: { text: TEXT } }), unevaluatedProperties: false }),
    at: "schemas/answer.schema.json:13:3",
    message: "draft 07 does not know 'unevaluatedProperties': it has no effect",
    sound: answering({
      $schema: DRAFT_07,
      ...object({ properties: { text: { $ref: "#/$defs/text" } } }),
      if: true,
      $defs: { text: TEXT },
    }),
  },
  {
    rule: "ignored-beside-ref",
    level: "warning",
    broken: answering({
      $schema: DRAFT_07,
      ...object({ properties: { text: { $ref: "#/definitions/text", maxLength: 80 } } }),
      definitions: { text: TEXT },
    }),
    at: "schemas/answer.schema.json:10:7",
    message: "'maxLength' has no effect beside '$ref' in draft 07",
    sound: answering({
      $schema: DRAFT_07,
      ...object({ properties: { text: { $ref: "#/definitions/text", type: "string", title: "Text" } } }),
      definitions: { text: TEXT },
    }),
  },
  {
    rule: "forbidden-property",
    level: "warning",
    broken: answering({
      required: ["text"],
      allOf: [{ properties: { text: { ...TEXT, title: "Text" } } }],
      properties: { title: { title: "Title", type: "string" } },
      additionalProperties: false,
    }),
    at: "schemas/answer.schema.json:3:5",
    message: "'text' is required, and 'additionalProperties: false' forbids it: 'properties' does not name it",
    sound: answering({
      required: ["text"],
      anyOf: [{ required: ["text"] }, { required: ["title"] }],
      not: { required: ["author"] },
      properties: { title: { type: "string" } },
      patternProperties: { "^te": TEXT },
      additionalProperties: false,
    }),
  },
  {
    rule: "impossible-schema",
    level: "warning",
    broken: answering(object({ properties: { text: { type: "string", minLength: 10, maxLength: 5 } } })),
    at: "schemas/answer.schema.json:9:7",
    message: "no string fits: minLength is 10 and maxLength is 5",
    sound: answering(object({ properties: { text: { type: "string", minLength: 5, maxLength: 5 } } })),
  },
  {
    rule: "schema-fits-all",
    level: "warning",
    broken: answering({ title: "Answer", description: "Whatever.", $defs: { text: TEXT } }),
    at: "schemas/answer.schema.json:1:1",
    message: "every JSON value fits the schema of 'answer'",
    sound: answering({ $ref: "#/$defs/text", $defs: { text: TEXT } }),
  },
  {
    rule: "undescribed-properties",
    level: "warning",
    broken: answering(object({ properties: { text: TEXT, tone: { type: "string" } } })),
    at: "schemas/answer.schema.json:7:5",
    message: "neither the schema of 'answer' nor the instructions say what belongs in 'text', 'tone'",
    sound: {
      protocols: [{ ...reply, instructions: "Answer. The `tone` is polite." }],
      schemas: {
        answer: object({
          properties: {
            text: { ...TEXT, description: "The answer." },
            tone: { type: "string" },
            kind: { enum: ["short", "long"] },
            sources: {
              description: "What it rests on.",
              type: "array",
              items: { properties: { title: TEXT, page: { type: "integer" } } },
            },
          },
        }),
        question: object({ properties: { text: TEXT, asker: { type: "string" } } }),
      },
    },
  },
  {
    rule: "silent-instructions",
    level: "warning",
    broken: told("# Work\n\nDo your best.\n"),
    at: "protocols/reply/PROTOCOL.md:1:1",
    message: "the instructions of protocol 'reply' do not mention what it has to deliver: 'answer'",
    sound: told("# Work\n\nGood answers are short.\n"),
  },
  {
    rule: "unmentioned-choice",
    level: "warning",
    broken: { protocols: [{ ...review, instructions: "# Review\n\nIs it `good`?\n" }] },
    at: "protocols/review/PROTOCOL.md:3:8",
    message: "the instructions of protocol 'review' name 'good' of the choice 'verdict' and never 'bad'",
    sound: { protocols: [{ ...review, instructions: "# Review\n\nIs it good, or is it Bad?\n" }] },
  },
  {
    rule: "unknown-output",
    level: "warning",
    broken: told("# Work\n\nAnswer.\n\nThen deliver the `anwser`.\n"),
    at: "protocols/reply/PROTOCOL.md:5:19",
    message:
      "the instructions of protocol 'reply' ask to deliver 'anwser', which is not a declared artifact type — did you mean 'answer'?",
    sound: told(
      "Deliver one `answer` to the `question`, with its `title`. Never deliver `reply.json`. Do not deliver `note`, deliver `true`.\n",
    ),
  },
];
