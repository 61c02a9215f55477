/** Pieces joined by spaces into lines that are not too wide, those after the first one indented. */
export function wrapped(pieces: readonly string[], indent: string, width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.length < width) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(lines.length === 0 ? piece : indent + piece);
  }
  return lines;
}
