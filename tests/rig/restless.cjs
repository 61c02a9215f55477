// Preloaded with NODE_OPTIONS into `runa`: each time that it opens the file that RIG_RESTLESS names, somebody has just
// written something else into it, so that no two readings of it agree. After the first few it says so.
"use strict";
const fs = require("node:fs");

const restless = process.env.RIG_RESTLESS;
const { openSync, writeFileSync } = fs;
let written = 0;

if (restless !== undefined)
  fs.openSync = (path, ...how) => {
    if (path === restless) {
      writeFileSync(restless, JSON.stringify({ title: `version ${written++}` }));
      if (written === 5) fs.writeSync(2, "looked again\n");
    }
    return openSync(path, ...how);
  };
