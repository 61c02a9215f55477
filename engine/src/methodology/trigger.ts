/** The condition under which a protocol's work is called for (contract.md section 2). */
export type Trigger =
  | { readonly type: "on_artifact" | "on_change" | "on_invalid"; readonly name: string }
  | { readonly type: "all_of" | "any_of"; readonly conditions: readonly Trigger[] };

/** A trigger that looks at one artifact type. */
export type Primitive = Extract<Trigger, { name: string }>;

export const PRIMITIVES = ["on_artifact", "on_change", "on_invalid"] as const;
export const COMBINATORS = ["all_of", "any_of"] as const;

/** The text form, used in every output: `all_of(on_artifact(x), any_of(...))`. */
export function triggerText(trigger: Trigger): string {
  const inside = "name" in trigger ? trigger.name : trigger.conditions.map(triggerText).join(", ");
  return `${trigger.type}(${inside})`;
}

/** A trigger as one list that says the same and no other: a trigger nests deeper than JSON may. */
export function flatTrigger(trigger: Trigger): (string | number)[] {
  return "name" in trigger
    ? [trigger.type, trigger.name]
    : [trigger.type, trigger.conditions.length, ...trigger.conditions.flatMap(flatTrigger)];
}

/** Every primitive in a trigger, in the order in which it is written. */
export function primitivesOf(trigger: Trigger): Primitive[] {
  return "name" in trigger ? [trigger] : trigger.conditions.flatMap(primitivesOf);
}

/** Every artifact type that a trigger names, each once. */
export function typesOf(trigger: Trigger): string[] {
  return [...new Set(primitivesOf(trigger).map((primitive) => primitive.name))];
}
