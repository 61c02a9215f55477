import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InstanceId } from "@runa/store";
import { contentHash, parseJson } from "@runa/store/json";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Context, ContextInput } from "../src/plan/plan.ts";
import { renderPrompt } from "../src/plan/prompt.ts";
import { unit } from "./support/builders.ts";

const directory = mkdtempSync(join(tmpdir(), "runa-prompt-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function input(artifactType: string, id: string, json: string, relationship: ContextInput["relationship"]) {
  mkdirSync(join(directory, artifactType), { recursive: true });
  const path = join(directory, artifactType, `${id.replaceAll(/[^\w-]/g, "_")}.json`);
  writeFileSync(path, json);
  return {
    artifactType,
    instanceId: id as InstanceId,
    path,
    displayPath: path,
    contentHash: contentHash(parseJson(json).canonical),
    relationship,
    violations: [],
  };
}

/** An input that is not JSON. */
function broken(artifactType: string, id: string, text: string): ContextInput {
  const bytes = Buffer.from(`{ ${text}`);
  const message = `not JSON: ${text}`;
  const written = input(artifactType, id, "null", "invalid");
  writeFileSync(written.path, bytes);
  return {
    ...written,
    displayPath: text,
    contentHash: contentHash(bytes),
    violations: [{ path: "", keyword: "json", expected: "JSON", got: text, message }],
  };
}

const BARE: Context = {
  methodology: "m",
  protocol: "p",
  workUnit: null,
  instructions: "Do p.\n",
  inputs: [],
  produces: [],
  mayProduce: [],
  choices: [],
};

test("a whole prompt", () => {
  const prompt = renderPrompt({
    methodology: "review-pipeline",
    protocol: "review",
    workUnit: unit("login"),
    instructions: "\nRead the design.\n\n## How\n\nJudge it.\n",
    inputs: [
      input("design", "d1", '{"title":"Login form","open_questions":["Which fields?"]}', "requires"),
      input("note", "n1", '"# Mind this\\nand that"', "accepts"),
    ],
    produces: ["review"],
    mayProduce: ["risk"],
    choices: [{ name: "disposition", members: ["approved", "needs-revision"] }],
  });
  expect(prompt).toBe(`# review

You carry out the protocol **review** of the methodology **review-pipeline**, for the work unit **login**.

## Instructions

Read the design.

## How

Judge it.

## Inputs

### design: d1

- **Title:** Login form
- **Open questions:**
   1. Which fields?

## Additional context

Not required, but there, and worth knowing.

### note: n1

> # Mind this
> and that

## What to deliver

Deliver each output by calling the MCP tool of its name, on the server that was set up for this task. Each call names an \`instance_id\` of your choosing, short and telling, which becomes the file's name; the rest of the arguments is the artifact itself.

- \`review\`: required.
- exactly one of \`approved\`, \`needs-revision\` (disposition): required. Deliver one and only one of them.
- \`risk\`: optional; deliver it if there is something to say.

A call that is refused says what to mend: mend it and call again. The work is done when every required output has been accepted; text that you only write here, or files that you write yourself, do not replace the calls.
`);
});

test("without inputs and outputs", () => {
  expect(renderPrompt(BARE)).toBe(`# p

You carry out the protocol **p** of the methodology **m**.

## Instructions

Do p.

## What to deliver

Nothing: this protocol has no outputs. Do the work and end.
`);
});

test("an input that is no longer what was evaluated makes no prompt", () => {
  const seen = input("design", "changed", '{"title":"a"}', "requires");
  expect(renderPrompt({ ...BARE, inputs: [seen] })).toContain("- **Title:** a");
  // Another spelling of the same content is the same content.
  writeFileSync(seen.path, '{ "title" : "\\u0061" }');
  expect(renderPrompt({ ...BARE, inputs: [seen] })).toContain("- **Title:** a");
  for (const text of ['{"title":"b"}', "{", "\ufeff{}", ""]) {
    writeFileSync(seen.path, text);
    expect(renderPrompt({ ...BARE, inputs: [seen] })).toBeNull();
  }
  rmSync(seen.path);
  expect(renderPrompt({ ...BARE, inputs: [seen] })).toBeNull();
  mkdirSync(seen.path);
  expect(renderPrompt({ ...BARE, inputs: [seen] })).toBeNull();
});

const hostile = fc
  .array(
    fc.constantFrom(
      "#",
      "## Instructions",
      "===",
      "---",
      "\n",
      "\r\n",
      "\r",
      "\u2028",
      "\u0085",
      " ",
      "    ",
      "x",
      "1. ",
      "- ",
      "> ",
      "<h1>",
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((pieces) => pieces.join(""));

test("no name, key or text of an artifact adds a heading to the prompt or takes one away", () => {
  const value = fc.oneof(hostile, fc.array(hostile, { maxLength: 3 }), fc.dictionary(hostile, hostile, { maxKeys: 3 }));
  fc.assert(
    fc.property(value, value, hostile, hostile, (one, other, id, workUnit) => {
      const prompt = renderPrompt(
        {
          ...BARE,
          workUnit: unit(workUnit),
          inputs: [
            input("design", id, JSON.stringify(one), "requires"),
            input("note", "n1", JSON.stringify(other), "accepts"),
            broken("log", "l1", id),
          ],
          produces: ["review"],
        },
        { outputs: [{ type: "review", id, displayPath: id, leaves: true }], wentWrong: [] },
      );
      const lines = (prompt ?? "").split("\n");
      // Outside the instructions of the methodology's author, which are a fixed text here.
      const headings = lines.filter((line) => /^ {0,3}#{1,6}(?:\s|$)/.test(line));
      expect(headings).toEqual([
        "# p",
        "## Instructions",
        "## Inputs",
        expect.stringMatching(/^### design: [^\n]+$/),
        "## Additional context",
        "### note: n1",
        "## What is not valid",
        "### log: l1",
        "## What was delivered before",
        "## What to deliver",
      ]);
      expect(lines.filter((line) => /^ {0,3}(?:=+|-+)\s*$|^ {0,3}<|^ {0,3}(?:```|~~~)/.test(line))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
