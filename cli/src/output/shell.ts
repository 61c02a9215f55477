import { visible } from "@runa/engine";

/** A word as a shell takes it back; what a terminal would obey or hide is written as an escape that bash and zsh know. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${[...word].map((character) => (visible(character) === character ? character.replace(/['\\]/, "\\$&") : escapeOf(character))).join("")}'`;
}

/** An option and its value; joined where the value would be taken for an option itself. */
export function shellOption(option: string, value: string): string {
  return `${option}${value.startsWith("-") ? "=" : " "}${shellWord(value)}`;
}

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}
