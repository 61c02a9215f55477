import { visible } from "@runa/engine";
import type { TracedAttempt, TrailAnswer } from "@runa/engine/audit";
import { candidateName } from "../candidate-name.ts";
import { chainsOf, type Link } from "./chain.ts";
import { attemptAgent, attemptFacts, contentName, decisionText, madeBy } from "./words.ts";

/**
 * The chains as one page that needs nothing else: no script, nothing from elsewhere, which its own policy forbids as well.
 * Every text in it is escaped, and nothing in a text is hidden.
 */
export function trailHtml(answer: TrailAnswer): string {
  const title = `Audit of ${visible(answer.methodology)}`;
  const artifacts = chainsOf(answer).map((link, index) => artifactHtml(answer.artifacts[index], link));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="runa">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>Who made each artifact, from what, and who approved it. The log ended with <code>${escaped(answer.log_head)}</code>.</p>
${answer.scan_warnings.map((warning) => `<p class="warning">${escaped(warning)}</p>`).join("\n")}
${artifacts.length === 0 ? "<p>There are no artifacts.</p>" : artifacts.join("\n")}
</main>
</body>
</html>
`;
}

function artifactHtml(artifact: TrailAnswer["artifacts"][number] | undefined, link: Link): string {
  const unit =
    artifact?.work_unit === undefined ? "" : ` <span class="unit">work unit ${shown(artifact.work_unit)}</span>`;
  const status = artifact === undefined ? "" : ` <span class="${artifact.status}">${artifact.status}</span>`;
  return `<section>
<h2>${escaped(contentName(link.content))}${status}${unit}</h2>
${contentHtml(link)}
</section>`;
}

/** What is to be said of a content: who decided on it, who made it, and from what. */
function contentHtml({ content, decisions, attempt, isRepeated, from }: Link): string {
  const decided = decisions.map((one) => `<li class="${one.decision}">${escaped(decisionText(one))}</li>`);
  const made = escaped(madeBy(content, attempt));
  return `<p class="hash"><code>${escaped(content.content_hash)}</code></p>
${decided.length === 0 ? "" : `<ul class="decisions">${decided.join("")}</ul>`}
${
  attempt === null
    ? `<p class="end">${made}</p>`
    : isRepeated
      ? `<p>${made} (<a href="#${anchor(attempt)}">above</a>)</p>`
      : `<details id="${anchor(attempt)}" open>
<summary>${made}</summary>
${attemptHtml(attempt)}
${from.length === 0 ? "" : `<ul class="from">${from.map((link) => `<li><h3>${escaped(contentName(link.content))}</h3>${contentHtml(link)}</li>`).join("")}</ul>`}
</details>`
}`;
}

function attemptHtml(attempt: TracedAttempt): string {
  const { methodology, instructions, policy, binding, calls, delivered, log_head } = attempt;
  const rows: (readonly [string, string])[] = [
    ["protocol", candidateName(attempt.protocol, attempt.work_unit ?? null)],
    ["attempt", attempt.attempt],
    ["ended", attemptFacts(attempt)],
    ["by", attemptAgent(attempt)],
    ...(binding === undefined ? [] : [["configured in", binding] as const]),
    ["calls", `${calls.accepted} accepted, ${calls.refused} refused`],
    ["delivered", delivered.map((one) => contentName(one)).join(", ") || "nothing"],
    ["instructions", instructions],
    ...(methodology === undefined ? [] : [[`manifest of ${methodology.name}`, methodology.manifest] as const]),
    ...(policy === undefined ? [] : [["policy", policy] as const]),
    ...(log_head === undefined ? [] : [["log", log_head] as const]),
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${shown(name)}</dt><dd>${shown(value)}</dd>`).join("")}</dl>`;
}

/** An id that nothing but a letter, a digit or a dash is in, whatever is on record as one. */
function anchor({ attempt }: TracedAttempt): string {
  return `attempt-${attempt.replace(/[^A-Za-z0-9-]/g, (char) => `_${char.charCodeAt(0).toString(16)}_`)}`;
}

function shown(text: string): string {
  return escaped(visible(text));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1d2129; --soft: #5b6470; --line: #d5d9e0; --good: #17692f; --bad: #a3201b; --odd: #7a5200 }
@media (prefers-color-scheme: dark) { :root { --ground: #14171c; --ink: #e3e6eb; --soft: #9aa4b1; --line: #343b45; --good: #6fce8c; --bad: #ff8f88; --odd: #e8b94f } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.25rem; margin: 0 } h3 { font-size: 1rem; margin: 0 }
section { border-top: 1px solid var(--line); padding: 1rem 0 }
code, dd { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere }
.hash, .unit, dt { color: var(--soft) } .hash { margin: 0 }
.valid, .approved { color: var(--good) } .invalid, .malformed, .rejected { color: var(--bad) } .stale, .revoked, .warning { color: var(--odd) }
h2 span { font-size: .9rem; font-weight: normal }
ul { padding-left: 1.2rem } ul.from { list-style: none; border-left: 2px solid var(--line); padding-left: 1rem; margin: .5rem 0 }
ul.from > li { margin: .75rem 0 } .end { margin: .25rem 0 }
summary { cursor: pointer } details { margin: .25rem 0 }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .1rem 1rem; margin: .5rem 0 } dd { margin: 0 }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } ul.from { padding-left: .5rem } }
@media print { details { break-inside: avoid } }
`;
