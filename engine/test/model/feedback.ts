import type { Instance } from "@runa/store";
import type { ProtocolDeclaration } from "../../src/methodology/manifest.ts";
import type { Trigger } from "../../src/methodology/trigger.ts";
import { instancesOf, type Said, scopeOf, type World } from "./world.ts";

/* Contract.md section 5, "Feedback", written down sentence by sentence. */

/** Instances of a type that count as changed for a candidate when they were said. */
export function newsOf(
  world: World,
  listener: ProtocolDeclaration,
  type: string,
): { instance: Instance; at: number }[] {
  // "… counts as changed when that was after the candidate's last success, also with the same content"
  const answered = world.past.get(listener.name)?.successEnded ?? Number.NEGATIVE_INFINITY;
  return world.sayings
    .filter((said) => said.type === type && said.at > answered && isFeedback(world, said.type, said.protocol, listener))
    .filter((said) => !isRepeated(world, listener, said))
    .flatMap((said) =>
      instancesOf(world, type)
        .filter(({ id, contentHash }) => id === said.id && contentHash === said.contentHash)
        .map((instance) => ({ instance, at: said.at })),
    );
}

/**
 * "What another protocol that reads, itself or through others of the scope, what the candidate may write delivers or
 * confirms of its own choice members and `may_produce` types".
 */
export function isFeedback(world: World, type: string, speaker: string, listener: ProtocolDeclaration): boolean {
  const scope = scopeOf(world);
  const protocol = scope.find(({ name }) => name === speaker);
  if (protocol === undefined || protocol.name === listener.name) return false;
  const own = [...protocol.mayProduce, ...protocol.choices.flatMap(({ members }) => members)];
  return own.includes(type) && readsWorkOf(protocol, [listener], scope);
}

function readsWorkOf(
  reader: ProtocolDeclaration,
  writers: readonly ProtocolDeclaration[],
  scope: readonly ProtocolDeclaration[],
): boolean {
  if (writers.some((writer) => reads(reader, writer))) return true;
  const more = scope.filter((one) => !writers.includes(one) && writers.some((writer) => reads(one, writer)));
  return more.length > 0 && readsWorkOf(reader, [...writers, ...more], scope);
}

function reads(reader: ProtocolDeclaration, writer: ProtocolDeclaration): boolean {
  const named = (trigger: Trigger): string[] =>
    "name" in trigger ? [trigger.name] : trigger.conditions.flatMap(named);
  const read = [...reader.requires, ...reader.accepts, ...named(reader.trigger)];
  return outputsOf(writer).some((type) => read.includes(type));
}

function outputsOf({ produces, mayProduce, choices }: ProtocolDeclaration): string[] {
  return [...produces, ...mayProduce, ...choices.flatMap(({ members }) => members)];
}

/** "The same words are no news where nothing of what the candidate may write has changed since they were said before." */
function isRepeated(world: World, listener: ProtocolDeclaration, said: Said): boolean {
  const before = world.sayings
    .filter(({ type, id, contentHash }) => type === said.type && id === said.id && contentHash === said.contentHash)
    .map(({ at }) => at)
    .filter((at) => at < said.at);
  if (before.length === 0) return false;
  const last = Math.max(...before);
  return !outputsOf(listener).some(
    (type) =>
      instancesOf(world, type).some(({ lastModified }) => lastModified > last) ||
      (world.removals.get(type) ?? last) > last,
  );
}
