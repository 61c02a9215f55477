/** A string, kept as it is; or a comment, or a comma before a closing bracket, which go. */
const NOT_JSON = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;

/**
 * Parses JSON with comments and trailing commas, as people write it in settings.
 * @throws SyntaxError when it is not that either
 */
export function parseJsonc(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, "").replace(NOT_JSON, (_, string: string | undefined) => string ?? " ");
  // A comma before a comment before a bracket.
  return JSON.parse(bare.replace(NOT_JSON, (_, string: string | undefined) => string ?? " "));
}
