// Preloaded into a program (node --require): notes each file that it opens, its own modules among them, a JSON line each,
// in the file that RECORDED_LOADS names. At the end come the parts of Node that it loaded, each as `node:NAME`.
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

const before = new Set(process.moduleLoadList);
process.on("exit", () => {
  const loaded = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith("NativeModule "));
  if (file !== undefined)
    for (const name of loaded) append(file, `${JSON.stringify(name.replace("NativeModule ", "node:"))}\n`);
});
