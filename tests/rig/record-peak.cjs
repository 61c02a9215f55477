// Preloaded into `runa` (node --require): writes the most memory that it held, in bytes, to the file that PEAK names.
const { writeFileSync } = require("node:fs");
const { basename } = require("node:path");

if (basename(process.argv[1] ?? "") === "runa.js")
  process.on("exit", () => writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS * 1024)));
