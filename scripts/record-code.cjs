// Preloaded into a program: keeps each script that it compiles, and at its end writes what V8 made of it beside its file.
const { renameSync, writeFileSync } = require("node:fs");
const vm = require("node:vm");
const { sumOf } = require("./chunk-loader.cjs");

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    if (options?.filename?.endsWith(".js")) scripts.set(options.filename, this);
  }
};
process.on("exit", () => {
  for (const [file, script] of scripts) {
    const unfinished = `${file}.${process.pid}`;
    const cache = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeInt32LE(sumOf(cache));
    writeFileSync(unfinished, Buffer.concat([cache, sum]));
    // At once: somebody may be loading it.
    renameSync(unfinished, `${file}.v8`);
  }
});
