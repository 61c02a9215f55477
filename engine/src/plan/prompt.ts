import { contentHash, JsonError, parseJson, parseJsonBytes, readRegularFile } from "@runa/store";
import { visible } from "../visible.ts";
import type { Context, ContextInput } from "./plan.ts";
import { prose } from "./prose.ts";

/**
 * The prompt of an execution: Markdown that a person can read (contract.md section 7). Null when an input is no longer
 * what the evaluation saw, so that it has to be evaluated again.
 * @param wentWrong of a retry: how the attempt before ended and every violation, a line each
 */
export function renderPrompt(context: Context, wentWrong: readonly string[] = []): string | null {
  const required = sections(context.inputs.filter((input) => input.relationship === "requires"));
  const accepted = sections(context.inputs.filter((input) => input.relationship === "accepts"));
  if (required === null || accepted === null) return null;
  return [
    `# ${visible(context.protocol)}`,
    opening(context),
    "## Instructions",
    context.instructions.trim(),
    ...(required.length === 0 ? [] : ["## Inputs", ...required]),
    ...(accepted.length === 0
      ? []
      : ["## Additional context", "Not required, but there, and worth knowing.", ...accepted]),
    "## What to deliver",
    ...deliverables(context),
    ...feedback(wentWrong),
  ]
    .join("\n\n")
    .concat("\n");
}

function feedback([reason, ...details]: readonly string[]): string[] {
  if (reason === undefined) return [];
  const listed = details.map((detail) => `${" ".repeat(detail.length - detail.trimStart().length)}- ${detail.trim()}`);
  return ["## What went wrong before", reason, ...(listed.length === 0 ? [] : [listed.join("\n")])];
}

function opening({ protocol, workUnit, methodology }: Context): string {
  const unit = workUnit === null ? "" : `, for the work unit **${visible(workUnit)}**`;
  return `You carry out the protocol **${visible(protocol)}** of the methodology **${visible(methodology)}**${unit}.`;
}

function sections(inputs: readonly ContextInput[]): string[] | null {
  const rendered: string[] = [];
  for (const input of inputs) {
    const text = contentOf(input);
    if (text === null) return null;
    const { value, exact = value } = parseJson(text);
    rendered.push(`### ${visible(input.artifactType)}: ${visible(input.instanceId)}`, prose(exact));
  }
  return rendered;
}

/** The text of an input, if it is still the content that was evaluated. */
function contentOf(input: ContextInput): string | null {
  try {
    const file = readRegularFile(input.path);
    if (file === null || contentHash(parseJsonBytes(file.bytes).canonical) !== input.contentHash) return null;
    return file.bytes.toString("utf8");
  } catch (error) {
    if (error instanceof JsonError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

function deliverables({ produces, choices, mayProduce }: Context): string[] {
  const tool = (type: string) => `\`${visible(type)}\``;
  const duties = [
    ...produces.map((type) => `- ${tool(type)}: required.`),
    ...choices.map(
      ({ name, members }) =>
        `- exactly one of ${members.map(tool).join(", ")} (${visible(name)}): required. Deliver one and only one of them.`,
    ),
    ...mayProduce.map((type) => `- ${tool(type)}: optional; deliver it if there is something to say.`),
  ];
  if (duties.length === 0) return ["Nothing: this protocol has no outputs. Do the work and end."];
  return [
    "Deliver each output by calling the MCP tool of its name, on the server that was set up for this task. Each call names an `instance_id` of your choosing, short and telling, which becomes the file's name; the rest of the arguments is the artifact itself.",
    duties.join("\n"),
    "A call that is refused says what to mend: mend it and call again. The work is done when every required output has been accepted; text that you only write here, or files that you write yourself, do not replace the calls.",
  ];
}
