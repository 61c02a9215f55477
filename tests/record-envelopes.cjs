// Preloaded into `runa` (node --require) where something else starts it: keeps each --json answer that it prints, so that
// every envelope which a test brings about can be held against the published schemas. With RECORDED_WORDINGS it also asks the
// other commands why, where a combination of reasons is new, so that their words can be compared.
const fs = require("node:fs");
const { basename, join } = require("node:path");
const { syncBuiltinESMExports } = require("node:module");

const directory = process.env.RECORDED_ENVELOPES;
// Each scenario has a home of its own: without this each would begin with no code kept, and keep it.
if (process.env.RECORDED_CACHE !== undefined) process.env.XDG_CACHE_HOME = process.env.RECORDED_CACHE;

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
  const { createHash, randomUUID } = require("node:crypto");
  const { spawnSync } = require("node:child_process");
  const told = new Set(
    state.protocols.map(({ status, reasons }) => [status, ...reasons.map(({ kind }) => kind)].join(" ")),
  );
  const isNew = (combination) => {
    try {
      fs.writeFileSync(join(directory, createHash("sha256").update(combination).digest("hex")), "", { flag: "wx" });
      return true;
    } catch {
      return false;
    }
  };
  // Each is marked, whether another one is new or not.
  if ([...told].filter(isNew).length === 0) return;
  const [, program, , ...rest] = process.argv;
  const flags = rest.filter((word) => word !== "--json");
  const { RECORDED_ENVELOPES, RECORDED_WORDINGS, RECORDED_CACHE, ...env } = process.env;
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
  fs.writeFileSync(join(directory, `${randomUUID()}.json`), JSON.stringify(wordings));
}
