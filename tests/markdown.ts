/** A fenced block of a page. */
export interface Fence {
  /** The first word of the info string. */
  readonly language: string;
  /** `file=PATH` of the info string. */
  readonly file: string | undefined;
  /** The exit code that `<!-- exit: N -->` above announces; 0 without it. */
  readonly exit: number;
  readonly text: string;
  /** The lines of the fences, from 1. */
  readonly line: number;
  readonly lastLine: number;
}

/** The fenced blocks of a page in order. */
export function fencesOf(page: string): Fence[] {
  const lines = page.split("\n");
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, ticks, info] = /^(`{3,})(.*)$/.exec(lines[at] ?? "") ?? [];
    if (ticks === undefined || info === undefined) continue;
    const end = lines.indexOf(ticks, at + 1);
    if (end === -1) throw new Error(`the fence of line ${at + 1} does not end`);
    const [language = "", ...attributes] = info.trim().split(/\s+/);
    const file = attributes.find((attribute) => attribute.startsWith("file="))?.slice("file=".length);
    const exit = Number(/^<!-- exit: (\d+) -->$/.exec(lines[at - 1] ?? "")?.[1] ?? 0);
    const text = lines.slice(at + 1, end).map((line) => `${line}\n`);
    fences.push({ language, file, exit, text: text.join(""), line: at + 1, lastLine: end + 1 });
    at = end;
  }
  return fences;
}

/** The text of a page without its fenced blocks. */
export function proseOf(page: string): string {
  const lines = page.split("\n");
  for (const { line, lastLine } of fencesOf(page)) lines.fill("", line - 1, lastLine);
  return lines.join("\n");
}

/** What inline code spans hold. */
export function codeSpansOf(page: string): string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? "");
}

/** The targets of links that lead to other files of the project. */
export function relativeLinksOf(page: string): string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^([a-z]+:|#)/.test(target));
}
