import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One protocol, as a test writes it down. */
export interface ProtocolText {
  readonly name: string;
  readonly requires?: readonly string[];
  readonly accepts?: readonly string[];
  readonly produces?: readonly string[];
  readonly may_produce?: readonly string[];
  /** Members by group. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  readonly scoped?: boolean;
  /** In its text form; without one, `on_artifact` of the first type that is required. */
  readonly trigger?: string;
  readonly instructions?: string;
}

/** A methodology, as a test writes it down. Every type that a protocol names is declared. */
export interface MethodologyText {
  readonly name?: string;
  readonly protocols: readonly ProtocolText[];
  /** Types that no protocol names. */
  readonly types?: readonly string[];
  /** Types that protocols name and that are not declared. */
  readonly undeclared?: readonly string[];
  /** The schemas of types that do not take the usual one: an object with a `title`. */
  readonly schemas?: Readonly<Record<string, object | boolean>>;
}

/** Writes a methodology into a directory. */
export function writeMethodology(directory: string, methodology: MethodologyText): void {
  const types = typesOf(methodology);
  const { schemas = {} } = methodology;
  mkdirSync(join(directory, "schemas"), { recursive: true });
  for (const type of types)
    writeFileSync(
      join(directory, "schemas", `${type}.schema.json`),
      JSON.stringify(schemas[type] ?? usualSchema(type), null, 2),
    );
  for (const { name, instructions = `Carry out ${name}.\n` } of methodology.protocols) {
    mkdirSync(join(directory, "protocols", name), { recursive: true });
    writeFileSync(join(directory, "protocols", name, "PROTOCOL.md"), instructions);
  }
  writeFileSync(join(directory, "manifest.toml"), manifest(methodology, types));
}

function usualSchema(type: string): object {
  return {
    title: type,
    type: "object",
    properties: { title: { type: "string", minLength: 1 }, work_unit: { type: "string" } },
    required: ["title"],
    additionalProperties: false,
  };
}

function typesOf({ protocols, types = [], undeclared = [] }: MethodologyText): string[] {
  const named = protocols.flatMap((protocol) => [
    ...(protocol.requires ?? []),
    ...(protocol.accepts ?? []),
    ...(protocol.produces ?? []),
    ...(protocol.may_produce ?? []),
    ...Object.values(protocol.choices ?? {}).flat(),
    ...[...triggerOf(protocol).matchAll(/\bon_\w+\(([^()]*)\)/g)].map((match) => match[1] ?? ""),
  ]);
  return [...new Set([...named, ...types])].filter((type) => !undeclared.includes(type));
}

function triggerOf({ name, trigger, requires = [] }: ProtocolText): string {
  const [first] = requires;
  if (trigger === undefined && first === undefined) throw new Error(`protocol '${name}' needs a trigger`);
  return trigger ?? `on_artifact(${first})`;
}

function manifest({ name = "test-methodology", protocols }: MethodologyText, types: readonly string[]): string {
  return [
    `name = ${JSON.stringify(name)}`,
    ...types.flatMap((type) => ["", "[[artifact_types]]", `name = ${JSON.stringify(type)}`]),
    ...protocols.flatMap((protocol) => [
      "",
      "[[protocols]]",
      `name = ${JSON.stringify(protocol.name)}`,
      ...(["requires", "accepts", "produces", "may_produce"] as const).map(
        (list) => `${list} = ${JSON.stringify(protocol[list] ?? [])}`,
      ),
      `scoped = ${protocol.scoped ?? false}`,
      `trigger = ${triggerToml(triggerOf(protocol))}`,
      ...Object.entries(protocol.choices ?? {}).flatMap(([group, members]) => [
        "",
        "[[protocols.required_output_choices]]",
        `name = ${JSON.stringify(group)}`,
        `members = ${JSON.stringify(members)}`,
      ]),
    ]),
    "",
  ].join("\n");
}

/** `any_of(on_artifact(a), on_change(b))` as the inline table of a manifest. */
function triggerToml(text: string): string {
  const primitive = /\b(on_\w+)\(([^()]*)\)/g;
  const inner = text.replace(primitive, (_, type, name) => `{ type = "${type}", name = "${name}" }`);
  return inner.replace(/\b(all_of|any_of)\(/g, '{ type = "$1", conditions = [').replaceAll(")", "] }");
}
