// What terminals draw in two columns: East Asian wide and fullwidth characters, and emoji that are shown as pictures. Both
// expressions are made when a text needs them: classes of Unicode characters take V8 longer than most commands have.
let wide: RegExp | undefined;
const isWide = (character: string) => {
  wide ??=
    /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
  return wide.test(character);
};
let narrowest: RegExp | undefined;
const isNarrowest = (character: string) => {
  narrowest ??= /\p{Mn}|\p{Me}|\p{Cf}/u;
  return narrowest.test(character);
};
const PLAIN = /^[ -~]*$/;
// A variation selector makes a picture of what would be drawn narrow.
const PICTURE = "\ufe0f";

/** How many columns of a terminal a character takes. */
function columnsOf(character: string): number {
  if (character === PICTURE) return 1;
  if (isWide(character)) return 2;
  return isNarrowest(character) ? 0 : 1;
}

/** How many columns of a terminal a text without escape sequences takes; at most, where terminals differ. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** A text that takes at most so many columns: cut, with an ellipsis in place of what is left out. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let [kept, left] = ["", width - 1];
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}
