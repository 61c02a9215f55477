import { contentOf, readRegularFile } from "@runa/store/files";
import { count } from "../count.ts";
import { visible, visibleLines } from "../visible.ts";
import type { Context, ContextInput } from "./plan.ts";
import { prose } from "./prose.ts";

/** How many bytes of an instance that is not valid are quoted. */
const QUOTED = 16_000;

/** An output that an earlier attempt of the candidate delivered and that still lies there. */
export interface EarlierOutput {
  readonly type: string;
  readonly id: string;
  readonly displayPath: string;
  /** Whether a success takes it away that neither delivers nor confirms it. */
  readonly leaves: boolean;
}

/** What came before an attempt. */
export interface EarlierAttempts {
  readonly outputs: readonly EarlierOutput[];
  /** Of a retry: how the attempt before ended and every violation, a line each. */
  readonly wentWrong: readonly string[];
}

const NONE: EarlierAttempts = { outputs: [], wentWrong: [] };

/**
 * The prompt of an execution: Markdown that a person can read (contract.md section 7). Null when an input is no longer
 * what the evaluation saw, so that it has to be evaluated again.
 */
export function renderPrompt(context: Context, earlier: EarlierAttempts = NONE): string | null {
  const given = (relationship: ContextInput["relationship"]) =>
    sections(context.inputs.filter((input) => input.relationship === relationship));
  const required = given("requires");
  const accepted = given("accepts");
  const invalid = given("invalid");
  if (required === null || accepted === null || invalid === null) return null;
  return [
    `# ${visible(context.protocol)}`,
    opening(context),
    "## Instructions",
    context.instructions.trim(),
    ...(required.length === 0 ? [] : ["## Inputs", ...required]),
    ...(accepted.length === 0
      ? []
      : ["## Additional context", "Not required, but there, and worth knowing.", ...accepted]),
    ...(invalid.length === 0 ? [] : ["## What is not valid", ...invalid]),
    ...outputsBefore(earlier.outputs),
    "## What to deliver",
    ...deliverables(context),
    ...wentWrongBefore(earlier.wentWrong),
  ]
    .join("\n\n")
    .concat("\n");
}

function outputsBefore(outputs: readonly EarlierOutput[]): string[] {
  if (outputs.length === 0) return [];
  const lines = outputs.map(
    ({ type, id, displayPath, leaves }) =>
      `- \`${visible(type)}\` ${visible(id)}: ${visible(displayPath)}${leaves ? "" : " (stays)"}`,
  );
  return [
    "## What was delivered before",
    "Earlier attempts delivered these outputs, and they still lie there:",
    lines.join("\n"),
    "Once you have delivered everything, the outputs are what you delivered. Deliver again, under the same `instance_id`, what is to be replaced, and call `confirm_unchanged` for what is right as it is. What you neither deliver nor confirm is moved away, unless it is marked as staying.",
  ];
}

function wentWrongBefore([reason, ...details]: readonly string[]): string[] {
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
    const text = textOf(input);
    if (text === null) return null;
    rendered.push(`### ${visible(input.artifactType)}: ${visible(input.instanceId)}`, ...text);
  }
  return rendered;
}

/** Where an instance that is not valid lies, what is wrong with it, and its text. */
function invalidText({ displayPath, violations }: ContextInput, bytes: Buffer): string[] {
  const left = bytes.length - QUOTED;
  // A character that is cut is left out whole; a byte order mark is part of what is wrong.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, QUOTED), { stream: left > 0 });
  return [
    `The file ${visible(displayPath)} is not valid:`,
    violations.map(({ message }) => `- ${visible(message)}`).join("\n"),
    ...(text === "" ? ["It is empty."] : [visibleLines(text).replace(/^/gm, "> ")]),
    ...(left > 0 ? [`(${count(left, "more byte")})`] : []),
  ];
}

/** What an agent is told of an input, if its file still holds the content that was evaluated. */
function textOf(input: ContextInput): string[] | null {
  const bytes = bytesOf(input);
  if (bytes === null) return null;
  const { hash, content } = contentOf(bytes);
  if (hash !== input.contentHash) return null;
  if (input.relationship === "invalid") return invalidText(input, bytes);
  if ("malformed" in content) return null;
  const { value, exact = value } = content;
  return [prose(exact)];
}

/** Null where no file is there, or none that can be read. */
function bytesOf({ path }: ContextInput): Buffer | null {
  try {
    return readRegularFile(path)?.bytes ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return null;
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
