// Preloaded into `runa` (node --require) where something else starts it: keeps each --json answer that it prints, so that
// every envelope which a test brings about can be held against the published schemas. With RECORDED_WORDINGS it also asks the
// other commands why, once for each combination of reasons that `state` tells, so that their words can be compared.
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
    if (printed.length === 0) return;
    fs.writeFileSync(join(directory, randomUUID()), printed);
    if (process.env.RECORDED_WORDINGS !== undefined && process.argv[2] === "state" && !process.exitCode)
      askTheOthers(process.env.RECORDED_WORDINGS, JSON.parse(printed.toString()));
  });
}

/** What the same project answers to the other commands, as JSON in a file of its own. */
function askTheOthers(directory, state) {
  const { createHash } = require("node:crypto");
  const { spawnSync } = require("node:child_process");
  const told = state.protocols.map(({ status, reasons }) => [status, ...reasons.map(({ kind }) => kind)].join(" "));
  const name = createHash("sha256")
    .update([...new Set(told)].sort().join("\n"))
    .digest("hex");
  const file = join(directory, `${name}.json`);
  try {
    fs.writeFileSync(file, "", { flag: "wx" });
  } catch {
    // Its words are compared already.
    return;
  }
  const [, program, , ...rest] = process.argv;
  const flags = rest.filter((word) => word !== "--json");
  const { RECORDED_ENVELOPES, RECORDED_WORDINGS, ...env } = process.env;
  const text = (...words) =>
    spawnSync(process.execPath, [program, ...words, ...flags], { env, encoding: "utf8" }).stdout;
  const json = (...words) => JSON.parse(text(...words, "--json"));
  const wordings = {
    envelopes: { state, step: json("step", "--dry-run"), run: json("run", "--dry-run") },
    explained: json("explain").protocols,
    texts: {
      state: text("state"),
      explain: text("explain"),
      step: text("step", "--dry-run"),
      run: text("run", "--dry-run"),
    },
  };
  fs.writeFileSync(file, JSON.stringify(wordings));
}
