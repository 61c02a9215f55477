// Preloaded into a program (node --import): notes each module that it loads and each file that it opens, a JSON line
// each, in the file that RECORDED_LOADS names. It is also the loader hook that sees the modules.
import fs from "node:fs";
import { register, syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

const file = process.env.RECORDED_LOADS;
const append = fs.appendFileSync;

function note(kind, path) {
  if (file !== undefined) append(file, `${JSON.stringify([kind, String(path)])}\n`);
}

export async function load(url, context, next) {
  note("module", url);
  return next(url, context);
}

if (isMainThread) {
  register(import.meta.url);
  for (const owner of [fs, fs.promises])
    for (const name of ["open", "openSync", "readFile", "readFileSync", "createReadStream", "openAsBlob"]) {
      const original = owner[name];
      if (original === undefined) continue;
      owner[name] = (path, ...rest) => {
        note("file", path);
        return original.call(owner, path, ...rest);
      };
    }
  syncBuiltinESMExports();
}
