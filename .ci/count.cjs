// Prints how many tests a report of vitest counts as passed and as failed: `node .ci/count.cjs REPORT`.
const { readFileSync } = require("node:fs");
let results = { numPassedTests: 0, numFailedTests: 1, testResults: [] };
try {
  results = JSON.parse(readFileSync(process.argv[2], "utf8"));
} catch {
  // The runner died before it wrote its report.
}
// A file that could not even be loaded has no tests to count; it fails as one.
const unloaded = results.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
console.log(results.numPassedTests, results.numFailedTests + unloaded.length);
