import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomFor } from "./cases.ts";
import { hostileText } from "./hostile-text.ts";
import { hostileJson } from "./json-text.ts";
import { ARTIFACT } from "./methodology.ts";

/** Names that a file system takes and a program may stumble over. */
const NAMES = [
  "\u00e9",
  "e\u0301",
  "case",
  "CASE",
  "-rf",
  " ",
  "a\nb",
  "a\rb",
  "\u001b[31mred",
  "\u001b]0;title\u0007",
  "\u202egpj",
  "zero\u200bwidth",
  "__proto__",
  "constructor",
  "x".repeat(250),
  "é".repeat(125),
  "$(touch owned)",
  "%00",
  "null",
] as const;

/**
 * Fills a workspace with everything that does not belong into one: broken and hostile files under hostile names, pipes,
 * links out of it and in circles, directories that are files and files that are directories.
 * @returns the ids of the instances that are certainly valid
 */
export function fillWorkspace(workspace: string, outside: string, count: number): Set<string> {
  const requests = join(workspace, "request");
  mkdirSync(requests, { recursive: true });
  const sound = JSON.stringify(ARTIFACT);
  for (const name of NAMES) writeFileSync(join(requests, `${name}.json`), sound);
  for (let index = 0; index < count; index++) {
    const random = randomFor("workspace", index);
    const name = `${index}${hostileText(random)}`.replaceAll(/[/\0]/g, "_");
    const file = Buffer.from(`${name}.json`);
    // The kernel's own limit on a name.
    if (file.length <= 255)
      writeFileSync(Buffer.concat([Buffer.from(`${requests}/`), file]), hostileJson(ARTIFACT, random));
  }
  writeFileSync(join(requests, ".hidden.json"), sound);
  writeFileSync(join(requests, "upper.JSON"), sound);
  writeFileSync(join(requests, "backup.json~"), sound);
  writeFileSync(Buffer.concat([Buffer.from(`${requests}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".json")]), sound);
  execFileSync("mkfifo", [join(requests, "x.json"), join(workspace, "pipe"), join(workspace, "rejected")]);
  mkdirSync(join(requests, "directory.json"));
  symlinkSync(join(outside, "deep", "precious.json"), join(requests, "link.json"));
  symlinkSync(outside, join(requests, "directory-link.json"));
  symlinkSync("loop.json", join(requests, "loop.json"));
  symlinkSync("/dev/zero", join(requests, "zero.json"));
  linkSync(join(outside, "deep", "precious.json"), join(requests, "hardlink.json"));
  symlinkSync(join(outside, "deep"), join(workspace, "design"));
  writeFileSync(join(workspace, "accepted"), sound);
  symlinkSync("report", join(workspace, "report"));
  for (const name of ["request ", "Request", "\u001b[2Jnobody", "\u202etxt.exe", "a\nb", ".superseded"])
    mkdirSync(join(workspace, name));
  return new Set([...NAMES, "hardlink"]);
}
