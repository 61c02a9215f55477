// Writes docs/errors.md from the messages of the packages: `node scripts/errors.mjs`. A test holds the page to it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The files that hold what is said, and who says it. */
export const MESSAGE_FILES = [
  { file: "cli/src/messages.ts", heading: "The commands" },
  { file: "engine/src/messages.ts", heading: "The project, its files and its attempts" },
  { file: "store/src/messages.ts", heading: "The store, deliveries and schemas" },
];

const HEAD = `# What runa says, and what to do

The errors, refusals and notices of \`runa\` and \`runa-mcp\`, by subject. Look for the words that you were shown: what
stands in \`<…>\` here is a name, a number or a reason there, and what stands in \`[…]\` is said only where it applies. Below
each text stands when it is said, and what to do where the text itself does not say it.

What is found wrong in a methodology that loads has a page of its own: [lint.md](lint.md). How an attempt ended, and what
its agent was refused, is told by \`runa explain\` and \`runa log\`: [cli.md](cli.md).

This page is made from the sources, by \`scripts/errors.mjs\`.
`;

const MESSAGE = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+) = \(([^)]*)\)/g;

/** One message, as the page tells it. @typedef {{ name: string, text: string, told: string }} Message */

/**
 * The messages of one file, by their subjects in its order.
 * @param {string} file
 * @returns {Promise<{ subject: string, messages: Message[] }[]>}
 */
export async function messagesOf(file) {
  const source = readFileSync(join(root, file), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "node20" });
  const functions = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  return source
    .split(/^\/\/ Subject: /m)
    .slice(1)
    .map((part) => {
      const [subject = ""] = part.split("\n");
      const messages = [...part.matchAll(MESSAGE)].map(([, comment = "", name = "", parameters = ""]) => ({
        name,
        text: functions[name](...parametersOf(parameters).map(placeholder)),
        told: comment.replaceAll(/\s*\n\s*\* ?/g, " ").trim(),
      }));
      return { subject, messages };
    });
}

/** The names of a function's parameters. @param {string} text */
function parametersOf(text) {
  return [...text.matchAll(/(\w+)\??:/g)].map(([, name = ""]) => name);
}

/** What stands for a parameter: \`<work unit>\`; for a hint what it looks like. @param {string} name */
function placeholder(name) {
  if (name === "hint") return "[ — did you mean …?]";
  return `<${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}>`;
}

/** The whole page. @returns {Promise<string>} */
export async function errorsPage() {
  const parts = await Promise.all(
    MESSAGE_FILES.map(async ({ file, heading }) => {
      const sections = (await messagesOf(file)).map(
        ({ subject, messages }) =>
          `### ${subject}\n\n${messages.map(({ text, told }) => `\`\`\`text\n${text}\n\`\`\`\n\n${told}\n`).join("\n")}`,
      );
      return `## ${heading}\n\n${sections.join("\n")}`;
    }),
  );
  return `${HEAD}\n${parts.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, "docs/errors.md"), await errorsPage());
