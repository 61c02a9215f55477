/**
 * 64 bits by which it shows that a text is no longer what it was: against damage and edits, not against whoever wants to
 * find another text with the same ones. Unlike a hash it needs no node:crypto, which takes milliseconds to load.
 */
export function checksum(text: string): string {
  const bytes = new TextEncoder().encode(`${text}${" ".repeat(4)}`);
  // Four bytes at a time: mostly it runs once, so in the interpreter.
  const words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  let one = bytes.length;
  let other = ~bytes.length;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    one = Math.imul(one ^ word, 0x9e3779b1);
    one ^= one >>> 15;
    other = Math.imul(other, 0x85ebca6b) + word;
    other ^= other >>> 13;
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
