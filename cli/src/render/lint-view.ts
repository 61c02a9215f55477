import { count, type Diagnostic, type LintReport } from "@runa/engine";
import { displayPath } from "@runa/engine/project";
import { diagnosticText, levelsText } from "./failure.ts";
import { sentence } from "./sentence.ts";
import { out } from "./style.ts";

/** What `lint` found, for people: each finding with its place, and a verdict. */
export function lintText({ methodology, findings }: LintReport): string[] {
  const counted = levelsText(findings);
  if (methodology === null) return [...spaced(findings), counted];
  const { name, types, protocols } = methodology;
  const size = `${name}: ${count(types.size, "artifact type")}, ${count(protocols.length, "protocol")}`;
  return [...spaced(findings), findings.length === 0 ? `${size}, nothing to report` : `${size}, ${counted}`];
}

function spaced(findings: readonly Diagnostic[]): string[] {
  return findings.flatMap((finding) => [findingText(finding), ""]);
}

/** A finding as a person reads it: its level, its place, what is wrong, its rule. */
export function findingText(finding: Diagnostic): string {
  return `${label(finding.severity)} ${diagnosticText(finding)}`;
}

/** A level, as wide as the longest. */
export function label(severity: Diagnostic["severity"]): string {
  return severity === "warning" ? out("yellow", "warning ") : out("red", severity.padEnd(8));
}

/** The findings as commands of GitHub Actions, which shows them at their lines. */
export function githubLines({ findings }: LintReport, directory: string): string[] {
  return findings.map(({ severity, rule, file, position, message }) => {
    const properties = [
      ["file", displayPath(directory, file)],
      ...(position === undefined
        ? []
        : [
            ["line", String(position.line)],
            ["col", String(position.column)],
          ]),
      ...(rule === undefined ? [] : [["title", rule]]),
    ];
    const told = properties.map(([key, value = ""]) => `${key}=${escapedProperty(value)}`).join(",");
    return `::${severity === "warning" ? "warning" : "error"} ${told}::${escapedData(sentence(message))}`;
  });
}

function escapedData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
