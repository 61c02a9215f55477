import { DiagnosticsError, RunaError, StoreError } from "../../engine/src/index.ts";
import { JsonError } from "../../store/src/entries/json.ts";
import { SchemaError } from "../../store/src/entries/schema.ts";

const OWN = [DiagnosticsError, RunaError, StoreError, JsonError, SchemaError] as const;

/**
 * What became of some work: its result, or the clear error that it was refused with.
 * @throws what is no error of the product's own, or one that is not clear
 */
export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<{ result: T } | { refused: string }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (!(error instanceof Error) || !OWN.some((known) => error instanceof known)) throw error;
    if (error instanceof DiagnosticsError) checkDiagnostics(error);
    if (error.message.trim() === "") throw new Error(`a ${error.constructor.name} says nothing`);
    if (/^\s+at .+:\d+:\d+\)?$/m.test(error.message)) throw new Error(`a stack trace in a message: ${error.message}`);
    return { refused: error.message };
  }
}

function checkDiagnostics({ diagnostics }: DiagnosticsError): void {
  if (diagnostics.length === 0) throw new Error("a DiagnosticsError without a diagnostic");
  for (const { file, message, position } of diagnostics) {
    if (file === "" || message.trim() === "") throw new Error("a diagnostic without a file or a message");
    if (position === undefined) continue;
    const { line, column, text } = position;
    if (line < 1 || column < 1 || column > text.length + 1 || /\n/.test(text))
      throw new Error(`a place that is none: line ${line}, column ${column} of ${JSON.stringify(text.slice(0, 100))}`);
  }
}
