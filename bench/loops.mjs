// The floors: what the same files cost a plain Node loop. Run as a program: node loops.mjs lstat|read DIRECTORY
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [, , loop, directory = "."] = process.argv;
for (const type of readdirSync(directory)) {
  if (type.startsWith(".")) continue;
  for (const name of readdirSync(join(directory, type))) {
    const file = join(directory, type, name);
    if (loop === "lstat") lstatSync(file);
    else {
      const bytes = readFileSync(file);
      JSON.parse(bytes.toString("utf8"));
      createHash("sha256").update(bytes).digest("hex");
    }
  }
}
