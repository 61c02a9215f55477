import { parseJson } from "@runa/store/json";
import { prose } from "../plan/prose.ts";

/** The content of a JSON text as it is shown to a person: each value as it is (`prose` in documents is what an agent reads). */
export function shownContent(text: string): string {
  const { value, exact = value } = parseJson(text);
  return prose(exact, "person");
}
