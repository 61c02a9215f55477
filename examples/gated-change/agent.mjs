#!/usr/bin/env node
// Plays the agents of this example: what each delivers is written down here, so that the story is the same each time. A real
// project has an agent in its place, such as ["runa-agent", "claude-code"].
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const ID = "total";
const TITLE = "Say how many words were counted in all files together";
const workspace = ".runa/workspace";
const isThere = (type) => existsSync(`${workspace}/${type}`) && readdirSync(`${workspace}/${type}`).length > 0;
const read = (type) => JSON.parse(readFileSync(`${workspace}/${type}/${ID}.json`, "utf8"));
const deliver = (type, artifact) =>
  execFileSync("runa", ["deliver", type, ID, "-"], {
    input: JSON.stringify(artifact),
    stdio: ["pipe", "inherit", "inherit"],
  });

const COUNT = `import { readFileSync } from "node:fs";

const files = process.argv.slice(2);
let sum = 0;
for (const file of files) {
  try {
    const words = readFileSync(file, "utf8").split(/\\s+/).filter(Boolean).length;
    sum += words;
    console.log(\`\${words} \${file}\`);
  } catch (error) {
    console.error(\`\${file}: \${error.code}\`);
    process.exitCode = 1;
  }
}
`;
const ALWAYS = `console.log(\`\${sum} total\`);\n`;
const TOTAL = `if (files.length > 1) ${ALWAYS}`;

const VERIFICATION = [
  {
    condition: "With two or more files the last line is the sum and the word 'total'.",
    how: "node count.mjs a.txt b.txt",
  },
  { condition: "With one file nothing changes.", how: "node count.mjs a.txt, compared with the output before" },
  {
    condition: "A file that cannot be read does not keep the others from being summed up.",
    how: "node count.mjs a.txt missing.txt b.txt",
  },
];

function plan() {
  const again = isThere("plan-rejection");
  deliver("plan", {
    title: TITLE,
    revision: again ? 2 : 1,
    goal: "Whoever counts the words of several files at once reads the sum in a last line.",
    steps: [
      { id: "S-1", what: "count.mjs: add up what was counted.", why: "There is no sum today." },
      again
        ? {
            id: "S-2",
            what: "count.mjs: print the sum as a last line, with more than one file.",
            why: "That is the wish.",
          }
        : {
            id: "S-2",
            what: "count.mjs: print the sum as a last line, with an option --total.",
            why: "That is the wish.",
          },
    ],
    touches: ["count.mjs"],
    risks: [
      {
        what: "A script that reads the last line as a file's sees 'total'.",
        kept_off_by: "Nothing changes with one file.",
      },
    ],
    rollback: "Take the last line of count.mjs away.",
    verification: VERIFICATION,
    open_questions: [],
    ...(again && {
      answers: [
        { point: "The change says that no new option is wanted.", what_changed: "S-2 prints the sum without one." },
      ],
    }),
  });
}

function implement() {
  const again = isThere("findings");
  writeFileSync("count.mjs", COUNT + (again ? TOTAL : ALWAYS));
  deliver("implementation", {
    title: TITLE,
    revision: again ? 2 : 1,
    plan_revision: read("plan").revision,
    summary: "With more than one file the word counter prints the sum as its last line.",
    how_to_inspect: "git diff count.mjs",
    steps: [
      { id: "S-1", state: "done" },
      { id: "S-2", state: "done" },
    ],
    files: [{ path: "count.mjs", change: "modified", purpose: "Adds up and prints the sum." }],
    commands: [{ command: "node count.mjs a.txt b.txt", exit_code: 0, result: "3 a.txt, 4 b.txt, 7 total" }],
    ...(again && {
      answers: [{ point: "F-1", state: "fixed", evidence: "node count.mjs a.txt prints one line again." }],
    }),
  });
}

function check() {
  const { revision } = read("implementation");
  const commands = [{ command: "node count.mjs a.txt b.txt", exit_code: 0, result: "3 a.txt, 4 b.txt, 7 total" }];
  if (revision === 1) {
    deliver("findings", {
      title: TITLE,
      checked_revision: revision,
      summary: "With one file there is a second line now.",
      findings: [
        {
          id: "F-1",
          location: "count.mjs, last line",
          problem: "The sum is printed with one file as well, so scripts that read the one line read another.",
          evidence: "node count.mjs a.txt prints '3 a.txt' and '3 total'.",
          settled_when: "node count.mjs a.txt prints '3 a.txt' and nothing else.",
        },
      ],
      commands,
    });
    return;
  }
  deliver("release-candidate", {
    title: TITLE,
    checked_revision: revision,
    summary: "The word counter prints the sum as a last line, with more than one file.",
    how_to_inspect: "git diff count.mjs",
    conditions: VERIFICATION.map(({ condition, how }) => ({ condition, evidence: `Ran '${how}', and saw it.` })),
    commands,
    beyond_plan: [],
    risks: ["A script that reads the last line of several files' output sees 'total'."],
    how_to_release: "git commit count.mjs",
    rollback: "git revert",
  });
}

function release() {
  const names = readdirSync(`${workspace}/release-approval`)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(`${workspace}/release-approval/${file}`, "utf8")).by.name);
  deliver("release", {
    title: TITLE,
    released: "count.mjs, with the sum",
    released_revision: read("implementation").revision,
    approved_by: names,
    commands: [{ command: "git commit count.mjs", exit_code: 0, result: "1 file changed" }],
    state: "released",
  });
}

({ plan, implement, check, release })[process.env.RUNA_PROTOCOL]();
