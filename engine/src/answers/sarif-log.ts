import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../diagnostic.ts";
import type { LintReport } from "../methodology/lint/lint-methodology.ts";
import { RULES } from "../methodology/lint/rules.ts";
import { displayPath } from "../project/project.ts";
import { version } from "../version.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const RULE_IDS: readonly string[] = Object.keys(RULES);

/** The findings as a SARIF 2.1.0 log; files that lie inside a directory are named from there. */
export function sarifLog({ findings }: LintReport, directory: string): object {
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "runa lint",
            semanticVersion: version,
            rules: Object.entries(RULES).map(([id, { level, summary, cure }]) => ({
              id,
              shortDescription: { text: summary },
              help: { text: cure },
              defaultConfiguration: { level: sarifLevel(level) },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => result(finding, directory)),
      },
    ],
  };
}

function result({ rule = "unloadable", severity, file, position, message }: Diagnostic, directory: string): object {
  return {
    ruleId: rule,
    ruleIndex: RULE_IDS.indexOf(rule),
    level: sarifLevel(severity),
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file, directory) },
          ...(position !== undefined && {
            region: { startLine: position.line, startColumn: position.column, snippet: { text: position.text } },
          }),
        },
      },
    ],
  };
}

/** SARIF has no level of its own for what loads and cannot work. */
function sarifLevel(level: Diagnostic["severity"]): "error" | "warning" {
  return level === "warning" ? "warning" : "error";
}

function uriOf(file: string, directory: string): string {
  const path = displayPath(directory, file);
  return path === file ? pathToFileURL(file).href : path.split(sep).map(encodeURIComponent).join("/");
}
