// Preloaded with NODE_OPTIONS into `runa`: the first time that it writes an agent's prompt, which is after it has evaluated and
// before it claims, another `runa` does first what RIG_MEANWHILE tells as a JSON list of words, and what that printed is printed.
"use strict";
const fs = require("node:fs");
const { spawnSync } = require("node:child_process");
const { basename } = require("node:path");

const { RIG_MEANWHILE: words, NODE_OPTIONS: _, ...env } = process.env;
const { writeFileSync } = fs;
let isDone = false;

if (words !== undefined && basename(process.argv[1] ?? "") === "runa.js")
  fs.writeFileSync = (file, ...rest) => {
    if (!isDone && typeof file === "string" && basename(file) === "prompt.md") {
      isDone = true;
      spawnSync(process.execPath, [process.argv[1] ?? "", ...JSON.parse(words)], { env, stdio: "inherit" });
    }
    return writeFileSync(file, ...rest);
  };
