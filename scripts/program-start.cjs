// Stands at the beginning of each program, before anything else is loaded: what has to hold of the process whatever it does.

// What Node compiles it keeps for the next start, where it can do so (22 and newer). In the user's own directory: whoever may
// write such a cache decides what the program does, and Node's own choice lies in a directory of everybody's.
const { enableCompileCache } = require("node:module");
const { XDG_CACHE_HOME, HOME } = process.env;
const cache = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : HOME?.startsWith("/") ? `${HOME}/.cache` : undefined;
if (cache !== undefined) enableCompileCache?.(`${cache}/runa`);
