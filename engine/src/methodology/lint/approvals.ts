import { decisionTypesOf } from "../decision-types.ts";
import type { ProtocolDeclaration } from "../manifest.ts";
import { type Methodology, outputTypesOf, readTypesOf } from "../methodology.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";

/**
 * Types that a protocol reads without naming one of their approvals, though it works with what another protocol made that
 * names one: that one waits until what it reads is approved, this one acts on it all the same (decisions.md section 2).
 */
export function unapprovedInputs(methodology: Methodology): ManifestFinding[] {
  const { protocols } = methodology;
  const decisions = decisionTypesOf(methodology);
  return decisions.subjects.flatMap((subject) => {
    const approvals = decisions.approvalsOf(subject).map(({ name }) => name);
    const waiting = protocols.filter((protocol) => namedBy(protocol).some((name) => approvals.includes(name)));
    const behind = downstreamOf(waiting, protocols);
    return protocols.flatMap((protocol, index): ManifestFinding[] => {
      const list = (["requires", "accepts"] as const).find((key) => protocol[key].includes(subject));
      const isTold = waiting.includes(protocol) || outputTypesOf(protocol).includes(subject) || !behind.has(protocol);
      if (isTold || !namedBy(protocol).includes(subject)) return [];
      const [first] = waiting;
      return [
        inManifest(
          "unapproved-input",
          ["protocols", index, list ?? "trigger"],
          `protocol '${protocol.name}' acts on '${subject}' approved or not, while '${first?.name}' before it waits for ${approvals.map((name) => `'${name}'`).join(" or ")}`,
          subject,
        ),
      ];
    });
  });
}

function namedBy(protocol: ProtocolDeclaration): string[] {
  return [...readTypesOf(protocol), ...protocol.accepts];
}

/** The protocols that read what some protocols write, themselves or through others. */
function downstreamOf<P extends ProtocolDeclaration>(from: readonly P[], protocols: readonly P[]): ReadonlySet<P> {
  const found = new Set<P>();
  // A set takes in what is added while it is gone through.
  const open = new Set(from);
  for (const writer of open)
    for (const reader of protocols)
      if (namedBy(reader).some((type) => outputTypesOf(writer).includes(type))) {
        found.add(reader);
        open.add(reader);
      }
  return found;
}
