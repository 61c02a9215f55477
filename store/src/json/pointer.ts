/** A key as a step of a JSON pointer. */
export function escapedStep(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The key that a step of a JSON pointer names. */
export function unescapedStep(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The key that a step of a pointer in a URI fragment names; null where it is wrongly encoded. */
export function decodedStep(step: string): string | null {
  try {
    return unescapedStep(decodeURIComponent(step));
  } catch {
    return null;
  }
}
