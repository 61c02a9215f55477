// What it takes to judge the signature of a decision, in milliseconds, by the type of the key: each another decision, so that
// nothing is remembered.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBundled } from "../scripts/bundle.mjs";
import { median } from "./measure.mjs";
import { fresh } from "./projects.mjs";

const TYPES = ["ed25519", "ecdsa", "rsa"];
/** Signatures that are judged, each once. */
const EACH = 25;

/** The median for each type of key. */
export async function signatures() {
  const { people, policies, verdicts } = await loadBundled({
    people: "engine/src/people/people-file.ts",
    policies: "engine/src/people/policy.ts",
    verdicts: "engine/src/people/verdict.ts",
  });
  const directory = fresh("keys");
  const keys = TYPES.map((type) => {
    const file = join(directory, type);
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", file]);
    return { type, file, line: readFileSync(`${file}.pub`, "utf8").trim() };
  });
  const text = keys.map(({ type, line }) => `[people.${type}]\nkeys = [{ key = "${line}" }]\n`).join("");
  const policy = policies.policyInForce(
    { required: true, people: await people.readPeople("people.toml", Buffer.from(text)) },
    null,
  );
  return keys.map(({ type, file }) => {
    const signed = Array.from({ length: EACH }, (_, number) => decision(file, type, number, verdicts));
    const times = signed.map((one) => {
      const start = performance.now();
      const { kind } = verdicts.verdictOf(one, policy, Date.now() * 1000);
      const elapsed = performance.now() - start;
      if (kind !== "signed") throw new Error(`a signature is ${kind}`);
      return elapsed;
    });
    // The first one loads the cryptography.
    return { type, milliseconds: median(times.slice(1)) };
  });
}

/**
 * A decision of about a kilobyte, signed.
 * @param {string} file @param {string} name @param {number} number @param {Record<string, any>} verdicts
 */
function decision(file, name, number, { signedText, DECISION_NAMESPACE }) {
  const made = { v: 1, id: String(number), by: { name }, note: "n".repeat(1000) };
  const args = ["-q", "-Y", "sign", "-n", DECISION_NAMESPACE, "-f", file];
  const signature = execFileSync("ssh-keygen", args, { input: signedText(made), encoding: "utf8" });
  return { ...made, signature };
}
