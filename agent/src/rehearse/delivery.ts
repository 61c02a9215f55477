import { Failure } from "../failure.ts";
import { type JsonObject, sameJson } from "../json.ts";
import type { Answer, Violation } from "../session/answer.ts";
import type { Server } from "../session/server.ts";
import { visible } from "../visible.ts";
import { argumentSetsFor, NothingToMake, named } from "./argument-sets.ts";
import type { Wanted } from "./arguments.ts";
import { mended } from "./mend.ts";
import { spoiled, type WrongArguments } from "./wrong.ts";

/** How often refused arguments are mended before the next ones are generated. */
const MENDINGS = 3;

/** How many violations a message shows. */
const SHOWN = 3;

type Refused = Extract<Answer, { kind: "refused" }>;

/**
 * Delivers one artifact: as full as its schema allows, else with what is required only, mended by the server's own
 * violations, else from other seeds. When the schema refuses all of them, or allows none that can be made, an older instance
 * is confirmed where the server takes that; never where something else kept the artifact from being written.
 * @throws Failure naming the tool and the last violations when nothing was accepted
 */
export async function deliver(server: Server, wanted: Wanted): Promise<"delivered" | "confirmed"> {
  const calls = callsOf(server, wanted);
  let why: NothingToMake | undefined;
  try {
    for (const { full, bare } of argumentSetsFor(wanted)) {
      if (full !== undefined && (await calls.make(full))?.kind === "accepted") return "delivered";
      if (bare !== undefined && (await acceptsMended(calls, bare, full ?? bare))) return "delivered";
      if (calls.last()?.final) break;
    }
  } catch (error) {
    if (!(error instanceof NothingToMake)) throw error;
    why = error;
  }
  const last = calls.last();
  const bySchema = last === undefined || last.violations.length > 0;
  if (bySchema && (await confirms(server, wanted))) return "confirmed";
  if (why !== undefined || last === undefined) throw why ?? new Failure(`nothing could be tried for ${named(wanted)}`);
  throw new Failure(`the server refused every ${named(wanted)} that was tried (${calls.count()}): ${reasonOf(last)}`);
}

/** A wrong delivery, and how the server's errors led to a right one. */
export interface Mended {
  readonly what: string;
  readonly refusal: Refused;
}

/**
 * Delivers one artifact wrong first, then corrected only where the server's violations say.
 * @throws Failure when the server accepts the wrong one, or when its violations do not lead to a right one
 */
export async function deliverMended(server: Server, wanted: Wanted): Promise<Mended> {
  const calls = callsOf(server, wanted);
  let wrong: WrongArguments | undefined;
  let refusal: Refused | undefined;
  for (const { full, bare } of argumentSetsFor(wanted)) {
    wrong ??= spoiled(full ?? bare ?? {}, wanted.offer.inputSchema);
    if (wrong === undefined) break;
    refusal ??= await refusalOf(wrong, calls, wanted);
    for (const model of [full, bare]) {
      if (model === undefined || refusal.violations.length === 0) continue;
      const corrected = mended(wrong.args, refusal.violations, model);
      if (await acceptsMended(calls, corrected, model)) return { what: wrong.what, refusal };
    }
  }
  const type = visible(wanted.offer.artifactType);
  if (wrong === undefined) throw new Failure(`--invalid ${type}: its schema asks for nothing that can be got wrong`);
  const last = calls.last();
  const reason = last === undefined ? "" : `: ${reasonOf(last)}`;
  throw new Failure(
    `the server's errors did not lead from a wrong ${named(wanted)} (${wrong.what}) to a right one${reason}`,
  );
}

async function refusalOf(wrong: WrongArguments, calls: Calls, wanted: Wanted): Promise<Refused> {
  const answer = await calls.make(wrong.args);
  if (answer?.kind === "refused") return answer;
  throw new Failure(`the server accepted a wrong ${named(wanted)} (${wrong.what}), which it must refuse`);
}

/** The calls of one tool, none of them made twice. */
interface Calls {
  /** Calls the tool; undefined where these arguments were refused before or others would be just the same. */
  make(args: JsonObject): Promise<Answer | undefined>;
  /** The last refusal. */
  last(): Refused | undefined;
  count(): number;
}

function callsOf(server: Server, { offer }: Wanted): Calls {
  const tried: JsonObject[] = [];
  let last: Refused | undefined;
  return {
    async make(args) {
      if (last?.final || tried.some((other) => sameJson(other, args))) return undefined;
      tried.push(args);
      const answer = await server.call(offer.tool, args);
      if (answer.kind === "refused") last = answer;
      return answer;
    },
    last: () => last,
    count: () => tried.length,
  };
}

/** Whether the server accepts these arguments, mended by its violations for a few rounds where it does not at once. */
async function acceptsMended(calls: Calls, first: JsonObject, model: JsonObject): Promise<boolean> {
  let args = first;
  for (let round = 0; round <= MENDINGS; round++) {
    const answer = await calls.make(args);
    if (answer?.kind === "accepted") return true;
    if (answer === undefined || answer.violations.length === 0) return false;
    args = mended(args, answer.violations, model);
  }
  return false;
}

async function confirms(server: Server, { offer, instanceId }: Wanted): Promise<boolean> {
  if (!server.ownTools.has("confirm_unchanged")) return false;
  const answer = await server.call("confirm_unchanged", {
    artifact_type: offer.artifactType,
    instance_id: instanceId,
    reason: "The rehearsal could make no other artifact that the server accepts.",
  });
  return answer.kind === "accepted";
}

/** A refusal on one line: its first violations, or what the server said. */
function reasonOf({ violations, text }: Refused): string {
  if (violations.length === 0) return visible(text) || "no reason given";
  const shown = violations.slice(0, SHOWN).map(violationLine);
  const more = violations.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** A violation on one line. */
export function violationLine({ path, expected, got }: Violation): string {
  const found = got === "" ? "" : `, got ${got}`;
  return visible(`${path === "" ? "the artifact" : path}: expected ${expected}${found}`);
}
