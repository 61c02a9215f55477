/** Whether a text names something: its whole name as words of their own, however they are joined and spelt. */
export function namesWord(text: string, name: string): boolean {
  const words = wordsOf(name);
  if (words.length === 0) return text.toLowerCase().includes(name.toLowerCase());
  const joined = words.join("[\\s_-]*");
  return new RegExp(`(?<![\\p{L}\\p{N}])${joined}(?![\\p{L}\\p{N}])`, "iu").test(text);
}

/** Whether a text speaks of something: any of the words of its name, or one with the same stem, stands there. */
export function speaksOf(text: string, name: string): boolean {
  const spoken = new Set(wordsOf(text));
  return wordsOf(name).some((word) => [...spoken].some((other) => shareStem(word, other)));
}

/** The words of a name or a text, in small letters; `camelCase` is two. */
function wordsOf(text: string): string[] {
  return (text.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2").match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.toLowerCase(),
  );
}

// Of `translation` and `translate` what is alike is more than half of each; of `design` and `desire` it is not enough.
const ALIKE = 0.6;
const SHORTEST_STEM = 4;

function shareStem(one: string, other: string): boolean {
  if (one === other) return true;
  let alike = 0;
  while (alike < one.length && one[alike] === other[alike]) alike++;
  return alike >= Math.max(SHORTEST_STEM, Math.ceil(ALIKE * one.length));
}
