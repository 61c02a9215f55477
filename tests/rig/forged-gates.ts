import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { gatesHash } from "../../engine/src/methodology/declared-gates.ts";
import { openStore } from "../../store/src/index.ts";
import { append } from "../../store/src/record/event-table.ts";
import { gatesOfLastRun, type RunGates } from "../../store/src/record/gates.ts";
import { by } from "./deciding.ts";
import type { Guarded } from "./guarded.ts";
import type { StartOptions } from "./rig.ts";

/** A run goes by the methodology as it lies there; its agents do nothing. */
export async function goesBy({ rig }: Guarded): Promise<void> {
  const config = rig.read(".runa/config.toml");
  rig.write(".runa/config.toml", config.replace(/^command = .*$/m, 'command = ["true"]'));
  expect((await rig.run("run")).exitCode).not.toBe(1);
}

/** Has `build` need this alone, instead of an approved design. What is returned puts it back. */
export function loosens({ rig }: Guarded, needed = "design"): () => void {
  const manifest = join(rig.methodology, "manifest.toml");
  const text = readFileSync(manifest, "utf8");
  const open = text.replace(
    /\["design", ?"design-approval"\]([\s\S]*?trigger = .*?)"design"/,
    (_, between: string) => `["${needed}"]${between}"${needed}"`,
  );
  expect(open).not.toBe(text);
  writeFileSync(manifest, open);
  return () => writeFileSync(manifest, text);
}

/** A person accepts the methodology as it lies there, with a signature where that is required; what runs go by since. */
export async function accepts(guarded: Guarded, name: string): Promise<RunGates> {
  const { rig } = guarded;
  const { stderr } = await rig.run("run");
  const hash = /--accept-methodology (sha256:[0-9a-f]{64})/.exec(stderr)?.[1] ?? "";
  const accepted = await rig.run("run", "--accept-methodology", hash, whoSigns(guarded, name));
  expect(accepted.exitCode, accepted.stderr).not.toBe(1);
  const gates = lastGates(guarded);
  expect(gates.acceptance?.methodology).toBe(hash);
  return gates;
}

function whoSigns(guarded: Guarded, name: string): StartOptions {
  if (guarded.level === "log") return by(name);
  return {
    env: {
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "gpg.format",
      GIT_CONFIG_VALUE_0: "ssh",
      GIT_CONFIG_KEY_1: "user.signingkey",
      GIT_CONFIG_VALUE_1: guarded.keyOf(name),
    },
  };
}

/** What the log tells that the last run went by. */
export function lastGates({ rig }: Guarded): RunGates {
  const store = openStore(join(rig.project, ".runa/store"));
  try {
    const gates = gatesOfLastRun(store);
    if (gates === null) throw new Error("no run went by any gates");
    return gates;
  } finally {
    store.close();
  }
}

/** Adds an event to the log by which a run went by these gates, under the hash that they have. */
export function logGates({ rig }: Guarded, gates: Omit<RunGates, "hash">): void {
  const store = openStore(join(rig.project, ".runa/store"));
  const body = { ...gates, hash: gatesHash(gates) };
  try {
    store.connection.write(() => append(store.connection, { kind: "gates_changed", attempt: null, body }));
  } finally {
    store.close();
  }
}

/** What is said of a run that is refused; nothing of one that is not. */
export async function refusalOfRun({ rig }: Guarded): Promise<string> {
  const { exitCode, stderr } = await rig.run("run");
  return exitCode === 1 ? stderr : "";
}
