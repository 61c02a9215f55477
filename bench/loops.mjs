// The floors: what the same costs a plain Node loop. Run as a program:
//   node loops.mjs lstat|parse|read DIRECTORY, node loops.mjs spawn COUNT
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [, , loop, given = "."] = process.argv;
if (loop === "spawn") for (let left = Number(given); left > 0; left--) spawnSync(process.execPath, ["-e", "0"]);
else {
  for (const type of readdirSync(given)) {
    if (type.startsWith(".")) continue;
    for (const name of readdirSync(join(given, type))) {
      const file = join(given, type, name);
      if (loop === "lstat") lstatSync(file);
      else {
        const bytes = readFileSync(file);
        JSON.parse(bytes.toString("utf8"));
        if (loop === "read") createHash("sha256").update(bytes).digest("hex");
      }
    }
  }
}
