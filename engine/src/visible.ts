// Control characters, bidirectional controls, zero-width and other invisible characters, line separators, tags, and code
// points that are no text. A joiner is invisible too, though scripts and emoji use it: a name that is shown must not
// lie. Only a variation selector right after its emoji stays: it changes what is seen.
const hidden = () =>
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|(?<!\p{Extended_Pictographic})[\ufe0e\ufe0f]/gu;

/** What has nothing to hide, which most names are, is told faster than what is hidden in it. */
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[ -~\n\t]*$/;

/** A text with everything in it made visible that a terminal would obey or hide, as `\u{202e}`; one line stays one line. */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(hidden(), escapeOf);
}

/** The same for text of several lines: line feeds and tabs stay. */
export function visibleLines(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return text
    .replace(/\r\n/g, "\n")
    .replace(hidden(), (found) => (found === "\n" || found === "\t" ? found : escapeOf(found)));
}

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
