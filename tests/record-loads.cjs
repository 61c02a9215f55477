// Preloaded into a program (node --require): notes each file that it opens, its own modules among them, a JSON line each,
// in the file that RECORDED_LOADS names.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const file = process.env.RECORDED_LOADS;
const append = fs.appendFileSync;

for (const owner of [fs, fs.promises])
  for (const name of ["open", "openSync", "readFile", "readFileSync", "createReadStream", "openAsBlob"]) {
    const original = owner[name];
    if (original === undefined) continue;
    owner[name] = (path, ...rest) => {
      if (file !== undefined && typeof path !== "number") append(file, `${JSON.stringify(String(path))}\n`);
      return original.call(owner, path, ...rest);
    };
  }
syncBuiltinESMExports();
