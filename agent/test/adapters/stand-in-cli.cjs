#!/usr/bin/env node
// Stands in for an agent CLI: notes how it was started, prints what it is told to, and ends as it is told to.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const { join } = require("node:path");

const plan = JSON.parse(process.env.STAND_IN_CLI);
if (process.argv[2] === "--version") tellVersion();
else if (plan.launcher && process.env.LAUNCHED === undefined) launch();
else play();

function tellVersion() {
  process.stdout.write(plan.version ?? "9.9.9\n");
  process.exit(plan.version === "" ? 3 : 0);
}

/** Some CLIs are launchers: what ends them does not reach what they have launched. */
function launch() {
  const env = { ...process.env, LAUNCHED: "1" };
  const launched = spawn(process.execPath, process.argv.slice(1), { env, stdio: "inherit" });
  launched.on("exit", (code) => process.exit(code ?? 1));
}

function play() {
  const stdin = plan.skipStdin ? "" : fs.readFileSync(0, "utf8");
  const files = tree(process.env.TMPDIR);
  const note = { pid: process.pid, argv: process.argv.slice(2), env: process.env, stdin, files };
  fs.writeFileSync(plan.note, JSON.stringify(note));
  for (const signal of plan.survive ?? []) {
    process.on(signal, () => {
      process.stdout.write(`got ${signal}\n`);
      if (plan.exitOnSignal !== undefined) process.exit(plan.exitOnSignal);
    });
  }
  const usage = process.argv.find((word) => word.startsWith("--usage-output-file="));
  if (plan.usage !== undefined && usage !== undefined)
    fs.writeFileSync(usage.slice(usage.indexOf("=") + 1), plan.usage);
  for (const line of plan.print ?? []) process.stdout.write(`${line}\n`);
  process.stderr.write(plan.complain ?? "");
  if (plan.wait) setInterval(() => {}, 1 << 30);
  else if (plan.kill) process.kill(process.pid, plan.kill);
  else process.exitCode = plan.exit ?? 0;
}

/** Everything below a directory: a file's text, a link's target after an arrow, each with its mode. */
function tree(directory, prefix = "") {
  const found = {};
  for (const name of fs.readdirSync(directory)) {
    const path = join(directory, name);
    const stat = fs.lstatSync(path);
    const shown = prefix + name;
    if (stat.isSymbolicLink()) found[shown] = `-> ${fs.readlinkSync(path)}`;
    else if (stat.isDirectory()) Object.assign(found, { [`${shown}/`]: mode(stat) }, tree(path, `${shown}/`));
    else found[shown] = `${mode(stat)} ${fs.readFileSync(path, "utf8")}`;
  }
  return found;
}

function mode(stat) {
  return (stat.mode & 0o777).toString(8);
}
