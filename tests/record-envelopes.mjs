// Preloaded into `runa` (node --import) where something else starts it: keeps each --json answer that it prints, so that
// every envelope which a test brings about can be held against the published schemas.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const directory = process.env.RECORDED_ENVELOPES;

if (
  directory !== undefined &&
  process.argv.includes("--json") &&
  /^runa(\.js)?$/.test(basename(process.argv[1] ?? ""))
) {
  const write = process.stdout.write.bind(process.stdout);
  let printed = "";
  process.stdout.write = (chunk, ...rest) => {
    printed += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return write(chunk, ...rest);
  };
  process.on("exit", () => {
    if (printed !== "") writeFileSync(join(directory, randomUUID()), printed);
  });
}
