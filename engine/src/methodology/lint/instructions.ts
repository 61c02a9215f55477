import { didYouMean, nearest } from "../../suggestion.ts";
import { type Methodology, outputTypesOf, type Protocol, readTypesOf } from "../methodology.ts";
import { everyPropertyName } from "../schema-parts.ts";
import type { InstructionsFinding } from "./finding.ts";
import { namesWord, speaksOf } from "./words.ts";

/** What the instructions say of outputs: nothing, of some choices only, or of some that are none. */
export function instructionsFindings(methodology: Methodology): InstructionsFinding[] {
  return methodology.protocols.flatMap((protocol) => [
    ...silent(protocol),
    ...unmentionedChoices(protocol),
    ...unknownOutputs(protocol, methodology),
  ]);
}

function silent(protocol: Protocol): InstructionsFinding[] {
  const { name, instructions } = protocol;
  const outputs = outputTypesOf(protocol);
  if (outputs.length === 0 || outputs.some((type) => speaksOf(instructions, type))) return [];
  const named = outputs.map((type) => `'${type}'`).join(", ");
  return [
    {
      rule: "silent-instructions",
      protocol: name,
      offset: 0,
      message: `the instructions of protocol '${name}' do not mention what it has to deliver: ${named}`,
    },
  ];
}

function unmentionedChoices({ name, instructions, choices }: Protocol): InstructionsFinding[] {
  return choices.flatMap(({ name: group, members }): InstructionsFinding[] => {
    const named = members.filter((member) => namesWord(instructions, member));
    const others = members.filter((member) => !named.includes(member));
    const [first] = named;
    if (first === undefined || others.length === 0) return [];
    return [
      {
        rule: "unmentioned-choice",
        protocol: name,
        offset: Math.max(0, instructions.toLowerCase().indexOf(first.toLowerCase())),
        message: `the instructions of protocol '${name}' name '${first}' of the choice '${group}' and never ${others.map((member) => `'${member}'`).join(" or ")}`,
      },
    ];
  });
}

/** Words between a call to deliver and what is to be delivered. */
const BETWEEN =
  "(?:a|an|the|one|your|its|either|exactly|another|new|valid|artifacts?|instances?|of|or|and|type|tool|output)";
/** A call to deliver, and the names in backticks that follow it, as one enumeration. */
const DELIVERY = new RegExp(
  `(?<!\\b(?:not|never|n't)\\s)\\bdeliver\\s+(?:${BETWEEN}\\s+)*(\`[^\`\\n]+\`(?:\\s*(?:,|and|or|, or|, and)\\s*(?:${BETWEEN}\\s+)*\`[^\`\\n]+\`)*)`,
  "gi",
);

/** What the instructions ask to be delivered that the protocol has no tool for. */
function unknownOutputs(protocol: Protocol, { types }: Methodology): InstructionsFinding[] {
  const { name, instructions, accepts, choices } = protocol;
  const outputs = outputTypesOf(protocol);
  const others = new Set(choices.map((choice) => choice.name));
  for (const type of [...outputs, ...readTypesOf(protocol), ...accepts])
    for (const property of everyPropertyName(types.get(type)?.schema ?? true)) others.add(property);
  const told = new Set<string>();
  return [...instructions.matchAll(DELIVERY)].flatMap((call) =>
    [...(call[1] ?? "").matchAll(/`([^`]+)`/g)].flatMap(([, span = ""], position, all): InstructionsFinding[] => {
      const known = outputs.includes(span) || others.has(span) || told.has(span);
      // What is no name, such as a value or a path, is not meant to be an output.
      if (known || !/^\p{L}[\p{L}\p{N}_-]*$/u.test(span) || /^(?:true|false|null)$/.test(span)) return [];
      told.add(span);
      const offset = call.index + call[0].indexOf(all[position]?.[0] ?? "") + 1;
      const suggestion = nearest(span, outputs) === null ? "" : didYouMean(span, outputs);
      const what = types.has(span) ? "which is not among its outputs" : "which is not a declared artifact type";
      return [
        {
          rule: "unknown-output",
          protocol: name,
          offset,
          message: `the instructions of protocol '${name}' ask to deliver '${span}', ${what}${suggestion}`,
        },
      ];
    }),
  );
}
