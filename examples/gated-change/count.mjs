import { readFileSync } from "node:fs";

const files = process.argv.slice(2);
let sum = 0;
for (const file of files) {
  try {
    const words = readFileSync(file, "utf8").split(/\s+/).filter(Boolean).length;
    sum += words;
    console.log(`${words} ${file}`);
  } catch (error) {
    console.error(`${file}: ${error.code}`);
    process.exitCode = 1;
  }
}
if (files.length > 1) console.log(`${sum} total`);
