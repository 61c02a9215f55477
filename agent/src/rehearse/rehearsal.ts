import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";
import { readServerConfig, serverOption } from "../session/config.ts";
import type { Duty } from "../session/offer.ts";
import { promptSeed, readPrompt } from "../session/prompt.ts";
import { type Server, startServer } from "../session/server.ts";
import { visible } from "../visible.ts";
import { named } from "./argument-sets.ts";
import type { Wanted } from "./arguments.ts";
import { deliver, deliverMended, violationLine } from "./delivery.ts";
import { instanceIdFor } from "./instance-id.ts";
import type { RehearsalOptions } from "./options.ts";
import { type Selection, selectionOf } from "./selection.ts";

/** What a rehearsal touches outside itself. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Is handed the way to end the server that was started, for when a signal comes. */
  readonly onStart: (close: () => Promise<void>) => void;
}

/**
 * One rehearsal: reads the prompt, starts the server that `RUNA_MCP_CONFIG` names, and delivers one artifact for each
 * output that is owed. Answers with the exit code.
 * @throws Failure with what a person has to know when it cannot
 */
export async function rehearse(options: RehearsalOptions, around: Surroundings): Promise<number> {
  if (options.fail) {
    await readPrompt(around.stdin);
    await sleep(options.sleep);
    throw new Failure("failed before delivering anything, as --fail asks");
  }
  const config = readServerConfig(around.env);
  const [prompt, server] = await Promise.all([
    readPrompt(around.stdin),
    startServer(config, around.env, around.stderr, around.onStart),
  ]);
  try {
    const selection = selectionOf(server.offers, options);
    await sleep(options.sleep);
    const protocol = serverOption(config, "--protocol");
    const seed = promptSeed(options.seed, prompt, around.env, around.cwd);
    const say = (line: string) =>
      around.stdout.write(`rehearse${protocol === undefined ? "" : ` ${visible(protocol)}`}: ${line}\n`);
    for (const option of selection.idle) say(`${option} has no effect here`);
    await deliverAll(server, selection, options, { seed, sessionUnit: serverOption(config, "--work-unit"), say });
  } finally {
    await server.close();
  }
  return options.exit;
}

interface Stage {
  readonly seed: number;
  readonly sessionUnit: string | undefined;
  readonly say: (line: string) => void;
}

async function deliverAll(
  server: Server,
  selection: Selection,
  options: RehearsalOptions,
  stage: Stage,
): Promise<void> {
  const wanted = selection.deliver.map(
    (offer): Wanted => ({
      offer,
      instanceId: options.instanceId ?? instanceIdFor(offer.artifactType, stage.sessionUnit ?? options.workUnit),
      workUnit: options.workUnit,
      seed: stage.seed,
    }),
  );
  const width = Math.max(0, ...wanted.map((each) => named(each).length));
  const line = (did: string, what: string, why: string) => stage.say(`${did.padEnd(9)} ${what.padEnd(width)} (${why})`);

  for (const each of wanted) {
    const { artifactType, duty } = each.offer;
    if (options.invalid.includes(artifactType)) {
      const { what, refusal } = await deliverMended(server, each);
      line("refused", named(each), `--invalid: ${visible(what)}`);
      for (const violation of refusal.violations) stage.say(`  ${violationLine(violation)}`);
      line("mended", named(each), dutyText(duty));
    } else {
      line(await deliver(server, each), named(each), dutyText(duty));
    }
  }
  for (const { artifactType } of selection.skipped) line("skipped", visible(artifactType), "--skip");
  if (wanted.length === 0) stage.say("nothing to deliver");
}

function dutyText(duty: Duty): string {
  return duty.kind === "choice" ? `choice ${visible(duty.group)}` : duty.kind;
}
