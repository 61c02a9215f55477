// Preloaded with NODE_OPTIONS into the programs of a project: the one that RIG_FAULT names fails or is killed at the n-th
// point at which it changes anything, before a write, fsync, rename, removal, directory, commit, or the start of a
// process. What lies there after one point is what lies there before the next. Every point that is passed is appended to
// a log. A disk that fills up, or a kill, leaves the first half of a write.
"use strict";
const { basename } = require("node:path");

/** @type {{ program: string, at: number | null, how: "fail" | "kill", log: string } | null} */
const plan = process.env.RIG_FAULT === undefined ? null : JSON.parse(process.env.RIG_FAULT);

/** @param {NonNullable<typeof plan>} plan */
function arm({ at, how, log }) {
  const fs = require("node:fs");
  const processes = require("node:child_process");
  const native = require("better-sqlite3/build/Release/better_sqlite3.node");
  const { openSync, writeSync, writeFileSync } = fs;
  const record = openSync(log, "a");
  let passed = 0;

  /**
   * @param {string} name
   * @param {string} code of the error with which it fails
   * @param {(() => void) | null} half what is done before it
   */
  const point = (name, code, half = null) => {
    const struck = passed++ === at;
    writeSync(record, `${struck ? `${how} at ` : ""}${name}\n`);
    if (!struck) return;
    half?.();
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    throw Object.assign(new Error(`${code}: by the rig, ${name}`), { code });
  };
  /**
   * @param {Record<string, any>} owner
   * @param {string} name of its function
   * @param {string} code
   * @param {(given: any[]) => boolean} counts which of its calls are points
   */
  const guard = (owner, name, code, counts = () => true, told = name) => {
    const original = owner[name];
    owner[name] = function (/** @type {any[]} */ ...given) {
      if (counts.call(this, given)) point(told, code);
      return original.apply(this, given);
    };
  };

  const writes = (/** @type {any} */ flags) =>
    typeof flags === "number" ? (flags & 3) !== 0 : typeof flags === "string" && /[wa+]/.test(flags);
  guard(fs, "openSync", "ENOSPC", ([, flags]) => writes(flags));
  guard(fs, "mkdirSync", "ENOSPC", ([path]) => !fs.existsSync(path));
  for (const name of ["fsyncSync", "renameSync", "unlinkSync"]) guard(fs, name, "EIO");
  guard(fs, "rmSync", "EIO", ([path]) => fs.existsSync(path));
  fs.writeFileSync = (file, data, ...rest) => {
    const begun = data.slice(0, data.length / 2);
    point("writeFileSync", "ENOSPC", () => writeFileSync(file, begun, ...rest));
    writeFileSync(file, data, ...rest);
  };

  guard(processes, "spawn", "EAGAIN");
  const commits = function () {
    return this.source === "COMMIT";
  };
  guard(native.Statement.prototype, "run", "SQLITE_IOERR_FSYNC", commits, "commit");
}

if (plan !== null && basename(process.argv[1] ?? "").startsWith(plan.program)) arm(plan);
