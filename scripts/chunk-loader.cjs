// Stands at the beginning of each program. It loads chunks with the code cache that the build left beside them, as V8
// compiled them last; V8 itself refuses one that another version or other flags made, and compiles anew. Where Node has a
// compile cache of its own, that one is used and chunks are modules like any other.

/**
 * A sum over a code cache, a word of each 128 bytes, to stand at its end: V8 trusts what is behind a cache's head, and one
 * of which a disk lost a block would end the program.
 */
exports.sumOf = (bytes) => {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let sum = bytes.length;
  for (let at = 0; at < words.length; at += 32) sum = (Math.imul(sum, 31) + words[at]) | 0;
  return sum;
};

exports.loadChunk = (() => {
  const { enableCompileCache } = require("node:module");
  if (enableCompileCache !== undefined) {
    enableCompileCache();
    return require;
  }
  const { readFileSync } = require("node:fs");
  const { Script } = require("node:vm");
  const loaded = new Map();
  const cacheOf = (file) => {
    try {
      const kept = readFileSync(`${file}.v8`);
      const cache = kept.subarray(0, -4);
      return exports.sumOf(cache) === kept.readInt32LE(cache.length) ? cache : undefined;
    } catch {
      return undefined;
    }
  };
  const load = (path) => {
    if (!path.startsWith("./")) return require(path);
    // Chunks lie in one directory and name each other from there.
    const name = path.slice(path.lastIndexOf("/") + 1);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const file = `${__dirname}/chunks/${name}`;
    const source = `(function(exports,require,module){${readFileSync(file, "utf8")}\n})`;
    new Script(source, { filename: file, cachedData: cacheOf(file) }).runInThisContext()(module.exports, load, module);
    return module.exports;
  };
  return load;
})();
