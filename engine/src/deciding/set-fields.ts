import { JsonError, lossesOf, parseJson } from "@runa/store/json";
import { RunaError } from "../diagnostic.ts";
import { setBaseProperty, setInexact } from "../messages.ts";
import { DECISION_PROPERTIES } from "../methodology/base-properties.ts";

/**
 * The properties that `--set key=value` gives a decision, beside those that runa fills in (decisions 3): a value that is JSON
 * is taken as that, every other one as text.
 * @throws RunaError for a property of runa's own, and for a number that would not be kept as it is written
 */
export function fieldsOf(set: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Array.from(set, ([name, text]) => [name, parsedField(name, text)]));
}

function parsedField(name: string, text: string): unknown {
  if (DECISION_PROPERTIES.includes(name)) throw new RunaError(setBaseProperty(name, DECISION_PROPERTIES.join(", ")));
  try {
    const { value } = parseJson(text);
    const [loss] = lossesOf(text);
    if (loss !== undefined) throw new RunaError(setInexact(name, loss.text));
    return value;
  } catch (error) {
    if (error instanceof JsonError) return text;
    throw error;
  }
}
