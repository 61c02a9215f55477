import { at, COST, type Dialect, events, list, text } from "./turn.ts";

/** Gemini `streamGenerateContent`. */
export const gemini: Dialect = {
  asks: (path) => path.endsWith(":streamGenerateContent"),

  read: (body) => ({
    tools: list(at(body, "tools"))
      .flatMap((group) => list(at(group, "functionDeclarations")))
      .map((declaration) => text(at(declaration, "name"))),
    results: list(at(body, "contents"))
      .flatMap((content) => list(at(content, "parts")))
      .filter((part) => at(part, "functionResponse") !== undefined)
      .map((part) => text(at(part, "functionResponse", "response"))),
  }),

  write(action) {
    const part =
      action.kind === "call" ? { functionCall: { name: action.tool, args: action.args } } : { text: action.text };
    const usageMetadata = {
      promptTokenCount: COST.input,
      candidatesTokenCount: COST.output,
      totalTokenCount: COST.input + COST.output,
    };
    const candidate = { index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" };
    return events([{ data: { candidates: [candidate], usageMetadata, modelVersion: "mock-model" } }]);
  },
};
