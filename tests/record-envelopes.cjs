// Preloaded into `runa` (node --require) where something else starts it: keeps each --json answer that it prints, so that
// every envelope which a test brings about can be held against the published schemas.
const fs = require("node:fs");
const { basename, join } = require("node:path");
const { syncBuiltinESMExports } = require("node:module");

const directory = process.env.RECORDED_ENVELOPES;

if (
  directory !== undefined &&
  process.argv.includes("--json") &&
  // Its lines are no envelope; log.test.ts holds them against their schema.
  process.argv[2] !== "log" &&
  /^runa(\.js)?$/.test(basename(process.argv[1] ?? ""))
) {
  const write = fs.writeSync;
  let printed = Buffer.alloc(0);
  fs.writeSync = (fd, bytes, offset, ...rest) => {
    const written = write(fd, bytes, offset, ...rest);
    if (fd === 1) printed = Buffer.concat([printed, bytes.subarray(offset, offset + written)]);
    return written;
  };
  syncBuiltinESMExports();
  process.on("exit", () => {
    const { randomUUID } = require("node:crypto");
    if (printed.length > 0) fs.writeFileSync(join(directory, randomUUID()), printed);
  });
}
