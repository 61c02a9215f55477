import type { Diagnostic } from "../../diagnostic.ts";

/** What is looked for in a methodology under one id. */
export interface Rule {
  readonly level: Diagnostic["severity"];
  /** What is wrong, in one sentence without names. */
  readonly summary: string;
  /** What to do about it. */
  readonly cure: string;
}

const error = (summary: string, cure: string): Rule => ({ level: "error", summary, cure });
const problem = (summary: string, cure: string): Rule => ({ level: "problem", summary, cure });
const warning = (summary: string, cure: string): Rule => ({ level: "warning", summary, cure });

/**
 * Everything that is looked for, by its id: the one table that the findings, `docs/lint.md` and the SARIF log follow. An
 * id is never given another meaning. Which levels there are, and what is at least reported, says contract.md section 2.
 */
export const RULES = {
  unloadable: error("The methodology cannot be loaded.", "Mend what the message names. Nothing runs until then."),

  "unknown-key": problem(
    "A protocol, a trigger or a choice group has a key that runa does not know.",
    "Spell it as the suggestion does, or take it out. It has no effect.",
  ),
  "misplaced-key": problem(
    "A key of a protocol stands below a choice group and so belongs to that group.",
    "Put it above `[[protocols.required_output_choices]]`.",
  ),
  "undeclared-type": problem(
    "A protocol names an artifact type that is not declared.",
    "Mend the spelling, or declare the type.",
  ),
  "hard-cycle": problem(
    "Protocols require each other's products in a circle, so each of them waits for the others.",
    "Move the type that the message names from `requires` to `accepts`.",
  ),

  "misspelt-table": warning(
    "A top-level key of the manifest is nearly one that runa reads.",
    "Spell it as the suggestion does. runa passes over top-level keys that it does not know.",
  ),
  "unused-type": warning("Nothing uses an artifact type.", "Take it out, or name it in a protocol."),
  "alike-names": warning(
    "The names of two artifact types or of two protocols differ only in case or in how Unicode spells them.",
    "Rename one of them. Some file systems take both for one directory.",
  ),
  "hidden-type": warning(
    "The name of an artifact type begins with a dot, and such directories are passed over.",
    "Name it without the dot.",
  ),
  "stray-file": warning(
    "There is a schema of a type, or there are instructions of a protocol, that the manifest does not declare.",
    "Declare it, rename the file to what is declared, or delete it.",
  ),
  "repeated-name": warning("A name stands twice in one list.", "Take one of them out."),
  "overlapping-lists": warning(
    "A name stands in a list and in the stronger one beside it.",
    "Take it out of the weaker list; the stronger one counts.",
  ),
  "empty-all-of": warning(
    "A trigger holds an empty `all_of`, which is always satisfied.",
    "Name the conditions, or take it out.",
  ),
  "untriggerable-protocol": warning(
    "Nothing can trigger a protocol.",
    "Fill the empty `any_of`, or name a type in the trigger that comes from outside the circle.",
  ),
  "never-ready": warning(
    "A protocol can be triggered but can never get what it requires.",
    "Let one of the protocols in the circle accept the type instead of requiring it.",
  ),
  "exclusive-inputs": warning(
    "A protocol needs two members of one choice group, of which only one is ever there.",
    "Require one of them, or name them in an `any_of` and accept both.",
  ),
  "unread-change": warning(
    "A protocol is triggered by changes of a type that it neither requires nor accepts.",
    "Add the type to `requires` or `accepts`, so that the agent is shown what has changed.",
  ),
  "feedback-without-trigger": warning(
    "A protocol accepts what is decided about its work, and nothing starts the rework.",
    "Name the type in its trigger, beside what started the work at first, with `any_of`.",
  ),
  "unapproved-input": warning(
    "A protocol acts on what another one before it waits to have approved, and does not name the approval.",
    "Name the approval type in its `requires`, so that it waits, too; or in `accepts`, so that it gets only what is approved.",
  ),
  "records-in-circle": warning(
    "Protocols read each other's records in a circle, so that each attempt of one makes the others not current.",
    "Name the protocols whose records are meant, in the schema's `x-runa`, or accept the type instead of requiring it.",
  ),
  "unfiltered-records": warning(
    "A protocol requires records of attempts, and every attempt leaves one, however it ended.",
    "Name `outcomes` or `protocols` in the schema's `x-runa`.",
  ),
  "shared-output": warning(
    "A scoped protocol produces a type whose schema has no property `work_unit`, so that all work units share it.",
    'Add the property: `"work_unit": { "type": "string" }`. runa fills it in.',
  ),
  "mixed-work-units": warning(
    "Of the members of a scoped protocol's choice group some carry `work_unit` and some do not.",
    "Give each member's schema the property `work_unit`.",
  ),
  "unofferable-output": warning(
    "An output cannot be offered as a tool, because its schema has a property `instance_id`.",
    "Rename the property; the tool needs the argument for itself.",
  ),

  "misspelt-keyword": warning(
    "A schema has a keyword that is unknown and nearly a known one. Unknown keywords have no effect.",
    "Spell it as the suggestion does.",
  ),
  "foreign-keyword": warning(
    "A schema has a keyword that the draft in its `$schema` does not know, so that it has no effect.",
    "Declare the draft that knows it, or say it in the words of this one.",
  ),
  "ignored-beside-ref": warning(
    "In drafts 04 to 07 what stands beside a `$ref` has no effect.",
    "Put the `$ref` into an `allOf`, or declare a later draft.",
  ),
  "forbidden-property": warning(
    "A schema requires a property that its `additionalProperties: false` forbids.",
    "Add it to `properties`, or take it out of `required`.",
  ),
  "impossible-schema": warning("No value fits a schema, or a part of it.", "Mend the keywords that contradict."),
  "schema-fits-all": warning(
    "Every value fits a schema, so that an empty artifact counts as the work done.",
    "Say what has to be in it: `type`, `properties`, `required`.",
  ),
  "undescribed-properties": warning(
    "Properties that an agent has to fill in say nothing about what belongs there.",
    "Give each a `description`. It is what the model is shown.",
  ),

  "silent-instructions": warning(
    "The instructions of a protocol mention none of its outputs.",
    "Say in PROTOCOL.md what has to be delivered.",
  ),
  "unmentioned-choice": warning(
    "The instructions of a protocol name some members of a choice group and not the others.",
    "Say when each of them is to be delivered.",
  ),
  "unknown-output": warning(
    "The instructions ask for a delivery that the protocol has no tool for.",
    "Name an output of the protocol, or add the type to its outputs.",
  ),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;

export function isRuleId(id: string | undefined): id is RuleId {
  return id !== undefined && Object.hasOwn(RULES, id);
}
