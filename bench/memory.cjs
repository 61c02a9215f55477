// Preloaded into a program: writes the most memory that it held, in MB, to the file that MEMORY_FILE names.
const { writeFileSync } = require("node:fs");

process.on("exit", () => writeFileSync(process.env.MEMORY_FILE, String(process.resourceUsage().maxRSS / 1024)));
