// Stands at the beginning of each program: how it loads the rest of itself. What V8 has compiled is kept for the next start.
//
// Node's own cache (`enableCompileCache`) takes what is compiled before a file runs, and so none of its functions, which V8
// compiles when they are first called: half of what a start does. This one is written when the program ends. Each command has
// its own, because V8 reads all of it whatever is called; it grows with each set of options that is new.

const {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} = require("node:fs");

/** Longer files are mostly data, which V8 need not compile. */
const LONGEST = 1_000_000;
/** So often at most a cache grows. */
const MOST_USES = 64;

/** By name, what was loaded. */
const files = new Map();
/** Node goes a long way each time that a built-in is asked for, and a program's parts ask for the same few. */
const builtIns = new Map();
/** What is written at the end. */
const unwritten = [];

process.on("exit", () => {
  for (const writing of unwritten) writing();
});

/** As `require`, for a program's own files, what of one is for `#others`, and everything else. */
const load = (id) => {
  const [, name, others] = /^\.\/(?:chunks\/)?([\w-]+\.js)(#others)?$/.exec(id) ?? [];
  if (name === undefined) return id.startsWith("node:") ? builtIn(id) : require(id);
  let file = files.get(name);
  if (file === undefined) {
    file = { exports: {} };
    files.set(name, file);
    run(name, file);
  }
  return others === undefined ? file.exports : file.exports.others();
};

function builtIn(id) {
  let found = builtIns.get(id);
  if (found === undefined) {
    found = require(id);
    builtIns.set(id, found);
  }
  return found;
}

function run(name, file) {
  const { Script } = require("node:vm");
  const filename = `${__dirname}/chunks/${name}`;
  const source = readFileSync(filename, "utf8");
  const cache = DIRECTORY === null || source.length > LONGEST ? null : `${DIRECTORY}/${COMMAND}.${name}.cache`;
  const kept = cache === null ? null : read(cache);
  // A function of what a CommonJS module is given; the build has written it so.
  const script = new Script(source, { filename, cachedData: kept?.data });
  const uses = kept === null || script.cachedDataRejected ? [] : kept.uses;
  if (cache !== null && !uses.includes(USE) && uses.length < MOST_USES)
    unwritten.push(() => write(cache, [...uses, USE], script));
  script.runInThisContext()(file.exports, load, file);
}

/**
 * Where caches lie: in the user's own directory, because whoever may write one decides what the program does. Each version of
 * Node and each installed runa has its own.
 */
const DIRECTORY = (() => {
  const { XDG_CACHE_HOME, HOME, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return null;
  const base = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : HOME?.startsWith("/") ? `${HOME}/.cache` : null;
  return base && `${base}/runa/${process.version}-${process.arch}/${__dirname.replaceAll("/", "%")}`;
})();

/** Whose cache it is: the command's; that of a program without commands, and of whatever else is asked of one. */
const COMMAND = (() => {
  const program = __filename.slice(__dirname.length + 1).replace(/\.js$/, "");
  return RUNA_COMMANDS.includes(process.argv[2]) ? `${program}-${process.argv[2]}` : program;
})();

/** The way in which the program is used: its command and options, not their values. */
const USE = (() => {
  const [command = "", ...rest] = process.argv.slice(2);
  const words = [command, ...rest.filter((word) => word.startsWith("-"))].map((word) => /^[\w-]*/.exec(word)[0]);
  return [...new Set(words)].join(",").slice(0, 200);
})();

/**
 * A cache that was written whole, for this build, by this user. V8 trusts what it is given, so all of it stands there twice:
 * comparing needs nothing that would have to be loaded.
 */
function read(path) {
  let fd;
  try {
    fd = openSync(path, "r");
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return null;
    const bytes = readFileSync(fd);
    const begin = bytes.indexOf("\n") + 1;
    const [build, ...uses] = bytes.toString("latin1", 0, begin - 1).split(" ");
    const middle = begin + (bytes.length - begin) / 2;
    const data = bytes.subarray(begin, middle);
    return build === RUNA_BUILD && data.length > 0 && data.equals(bytes.subarray(middle)) ? { data, uses } : null;
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whatever is in the way: the next start does without, as this one did. */
function write(path, uses, script) {
  const unfinished = `${path}.${process.pid}`;
  try {
    const data = script.createCachedData();
    mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, Buffer.concat([Buffer.from(`${[RUNA_BUILD, ...uses].join(" ")}\n`), data, data]), {
      mode: 0o600,
      flag: "wx",
    });
    renameSync(unfinished, path);
  } catch {
    try {
      unlinkSync(unfinished);
    } catch {
      // It was never made.
    }
  }
}
