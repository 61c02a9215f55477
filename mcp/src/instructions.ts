import type { OutputSession } from "@runa/engine/session";

/**
 * What the model is told of the session as a whole: what it owes, by tool name, and when it is done. Some clients cut
 * it after 2 KB, so what is owed comes first.
 */
export function instructions(
  session: OutputSession,
  names: ReadonlyMap<string, string>,
  own: Iterable<string>,
): string {
  const named = (type: string) => (names.get(type) === type ? `\`${type}\`` : `${type} (tool \`${names.get(type)}\`)`);
  const owed: string[] = [];
  const groups = new Set<string>();
  for (const { artifactType, duty } of session.outputs) {
    if (duty.kind === "produces") owed.push(`at least one ${named(artifactType)}`);
    if (duty.kind !== "choice" || groups.has(duty.group)) continue;
    groups.add(duty.group);
    owed.push(`exactly one of ${duty.members.map(named).join(", ")} (${duty.group})`);
  }
  const allowed = session.outputs.filter(({ duty }) => duty.kind === "may_produce");
  const unit = session.workUnit === null ? "" : ` for work unit '${session.workUnit}'`;
  const extra = [...own];
  return [
    `You carry out the protocol '${session.protocol}' of '${session.methodology}'${unit}.`,
    ...(owed.length > 0 ? [`You owe: ${owed.join("; ")}.`] : ["You owe no artifact."]),
    ...(allowed.length > 0
      ? [`You may also deliver: ${allowed.map(({ artifactType }) => named(artifactType)).join(", ")}.`]
      : []),
    ...(session.outputs.length > 0
      ? [
          "Deliver an artifact by calling the tool of its type. A call is checked against the type's schema: it is written " +
            "whole, or refused with every violation; mend all of them and call again. Nothing counts as done because it " +
            "was said or written to a file elsewhere, only because a call was accepted.",
          "Each result says what is still owed. You are done when nothing is.",
        ]
      : []),
    ...(extra.length > 0
      ? [
          "Outputs from before lie there and do not count by themselves: deliver anew what has to change, and use " +
            `${extra.map((name) => `\`${name}\``).join(" or ")} for the others.`,
        ]
      : []),
  ].join("\n");
}
