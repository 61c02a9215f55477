/**
 * A word as a shell's user has typed it so far, without its quotes and escapes, as bash would take it. Nothing in it is
 * expanded. A quote that is still open ends with the word.
 */
export function unquoted(word: string): string {
  const piece = /'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)"?|\\([\s\S])|([^'"\\]+)|\\$/g;
  return [...word.matchAll(piece)]
    .map(
      ([, single, double, escaped, plain]) => single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "",
    )
    .join("");
}
