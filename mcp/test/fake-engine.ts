// Stands in for `@runa/engine` in the program that program.test.ts builds: a session in memory whose every delivery
// is appended to a file, so that a test can see whether it was made whole. Told so by its id, a delivery says on stderr
// that it has begun and waits for SIGUSR2.
import { appendFileSync } from "node:fs";
import type { OutputSession, SessionOptions } from "@runa/engine/session";
import { fakeSession, output } from "./fake-session.ts";

export { stderr, stdout } from "../../engine/src/output.ts";
export { lossViolation } from "../../engine/src/session/artifact-text.ts";
export { lossesOf } from "../../store/src/json/losses.ts";
export { MAX_DEPTH } from "../../store/src/json/parse.ts";
export { escapedStep } from "../../store/src/json/pointer.ts";
export { identifierKeyword, knownDialect, refsStandAlone } from "../../store/src/schema/dialect.ts";
export { pointedAt } from "../../store/src/schema/exactness.ts";
export { isSchema, isSchemaObject, KEYWORDS, knows } from "../../store/src/schema/keywords.ts";

export const visible = (text: string): string => text;
export const visibleLines = visible;

export const log = {
  write: (record: object) => process.env.FAKE_TELL && process.stderr.write(`${JSON.stringify(record)}\n`),
  flush: async () => {},
};

export async function openOutputSession({ environment, ...request }: SessionOptions): Promise<OutputSession> {
  if (request.protocol === "nobody") throw new Error("the manifest has no protocol 'nobody'");
  const own = request.protocol === "odd" ? { instance_id: {} } : {};
  const record = (line: unknown) =>
    environment.FAKE_LOG && appendFileSync(environment.FAKE_LOG, `${JSON.stringify(line)}\n`);
  const session = fakeSession(
    [output("design", { type: "object", properties: { title: { type: "string" }, ...own } })],
    {
      workUnit: request.workUnit,
      gate: async ({ id }) => {
        if (id !== "slow") return;
        const released = new Promise((resolve) => process.once("SIGUSR2", resolve));
        // A signal handler alone does not keep a process alive.
        const alive = setInterval(() => {}, 1000);
        process.stderr.write("delivering\n");
        await released;
        clearInterval(alive);
      },
      judge: (asked) => {
        record(asked.id);
        return [];
      },
    },
  );
  record(request);
  return { ...session, close: () => record("closed") };
}
