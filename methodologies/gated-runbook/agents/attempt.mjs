// What the scripts of this runbook share: reading what an attempt was given, running a command, delivering.
import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** So much of what a command prints is kept, in characters: the end of it. */
const KEPT = 20_000;

/** Asks runa for a document. */
function ask(...words) {
  return JSON.parse(execFileSync("runa", [...words, "--json"], { encoding: "utf8", maxBuffer: 2 ** 26 }));
}

/** What this attempt was given of a type: its ids with the content that each had then. */
function givenOf(type) {
  const attempt = process.env.RUNA_ATTEMPT?.split(",").at(-1);
  if (!attempt) throw new Error("this is started by runa: put it into the config as the agent of its protocol");
  const lines = execFileSync("runa", ["log", "--attempt", attempt, "--kind", "claimed", "--json"], {
    encoding: "utf8",
  });
  const { inputs } = JSON.parse(lines.trim().split("\n").at(-1)).body;
  return inputs.filter(([name]) => name === type).map(([, id, hash]) => ({ id, hash }));
}

/**
 * The one artifact of a type that this attempt was given, with its id.
 * @throws where there is none or more than one, or it is no longer what was given
 */
export function inputOf(type) {
  const given = givenOf(type);
  if (given.length !== 1)
    throw new Error(`exactly one ${type} is carried out at a time, and ${given.length} were given`);
  const [{ id, hash }] = given;
  const shown = ask("show", type, id);
  if (shown.content_hash !== hash) throw new Error(`${type}/${id} was changed after this attempt was given it`);
  return { id, artifact: JSON.parse(shown.text) };
}

/** Every artifact of a type that this attempt was given. */
export function inputsOf(type) {
  return givenOf(type).map(({ id }) => JSON.parse(ask("show", type, id).text));
}

/** Delivers an artifact; what is refused ends the script with what was wrong. */
export function deliver(type, id, artifact) {
  execFileSync("runa", ["deliver", type, id, "-"], {
    input: JSON.stringify(artifact),
    stdio: ["pipe", "inherit", "inherit"],
  });
}

/** Where a program is found, as it would be when it is started; null where it is not. */
export function programOf(name) {
  const places = name.includes("/")
    ? [isAbsolute(name) ? name : join(process.cwd(), name)]
    : (process.env.PATH ?? "")
        .split(delimiter)
        .filter(Boolean)
        .map((directory) => join(directory, name));
  return places.find(isProgram) ?? null;
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Runs a command without a shell; resolves to what came of it, whatever that is. */
export function run([program, ...args], seconds) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"])
      child[stream].setEncoding("utf8").on("data", (text) => {
        said[stream] = (said[stream] + text).slice(-KEPT);
      });
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    const ended = (exit_code, ended_by) => {
      clearTimeout(limit);
      resolve({ exit_code, ended_by, ...said, seconds: Math.round(performance.now() - began) / 1000 });
    };
    child.once("error", (error) => ended(null, `it could not be started: ${error.message}`));
    child.once("close", (code, signal) => ended(code, isLate ? "time limit" : (signal ?? "itself")));
  });
}
