import type { MakeValue } from "../cases/contents.ts";
import type { ArtifactType } from "../methodology/methodology.ts";

/** What runa fills in itself (decisions.md section 2). */
const FILLED_IN = new Set("v project type id decision subject by at work_unit log_head signature".split(" "));

/** What a decision's schema asks for besides what runa fills in, made up. */
export interface AskedFields {
  /** Null where the schema asks for none. */
  readonly note: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Makes up what a decision type's schema requires of a person; nothing where that cannot be made, which the decision then tells. */
export async function askedFields({ schema }: ArtifactType, make: MakeValue): Promise<AskedFields> {
  const required = typeof schema === "object" && Array.isArray(schema.required) ? schema.required : [];
  const asked = required.filter((name): name is string => typeof name === "string" && !FILLED_IN.has(name));
  if (asked.length === 0) return { note: null, fields: {} };
  const made = await make({ schema, seed: 1, examples: true, workUnit: null });
  const value = "value" in made && typeof made.value === "object" && made.value !== null ? made.value : {};
  const { note, ...fields } = Object.fromEntries(Object.entries(value).filter(([name]) => asked.includes(name)));
  return { note: typeof note === "string" ? note : null, fields };
}
