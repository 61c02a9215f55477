import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../store/src/connection/store.ts";
import { verifyLog } from "../store/src/record/event-log.ts";
import { held, told } from "../store/test/told.ts";
import { makeRig } from "./rig/rig.ts";

const CANDIDATES = 200;

/** Each protocol writes its one type; nobody waits for another. */
const protocols = Array.from({ length: CANDIDATES }, (_, index) => ({
  name: `p-${index}`,
  requires: ["brief"],
  produces: [`out-${index}`],
}));

// The protocol stands in the arguments of the server that the agent is offered.
const AGENT = [
  'name=${RUNA_MCP_CONFIG#*--protocol\\",\\"p-}',
  'number=${name%%\\"*}',
  'echo "p-$number $RUNA_ATTEMPT" >> executed',
  "mkdir -p .runa/workspace/out-$number",
  'echo "{\\"title\\":\\"done\\"}" > .runa/workspace/out-$number/o.json',
].join("\n");

describe("two runs of one project with 200 candidates", () => {
  test.each([1, 2])(
    "with %i jobs each execute each candidate exactly once",
    async (jobs) => {
      const rig = await makeRig({ protocols, artifacts: { "brief/b": { title: "Go" } }, agent: ["sh", "-c", AGENT] });
      await rig.run("scan");
      const runs = [1, 2].map(() => rig.start("run", "--jobs", String(jobs)));
      await Promise.all(runs.map((run) => run.finished));
      const ended = await Promise.all(runs.map((run) => run.ended()));
      for (const { exitCode, stdout, stderr } of ended)
        expect(exitCode, stdout.slice(-2000) + stderr.slice(-2000)).toBe(0);

      const executed = rig
        .read("executed")
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" "));
      expect(executed.map(([protocol]) => protocol).sort()).toEqual(protocols.map(({ name }) => name).sort());
      const store = openStore(join(rig.project, ".runa/store"));
      const attempts = store.connection.database
        .prepare("SELECT protocol, id, outcome, owner ->> '$.pid' AS pid FROM attempt")
        .all() as {
        readonly protocol: string;
        readonly id: string;
        readonly outcome: string;
        readonly pid: number;
      }[];
      expect(attempts.filter(({ outcome }) => outcome !== "delivered")).toEqual([]);
      expect(attempts.map(({ protocol, id }) => `${protocol} ${id}`).sort()).toEqual(
        executed.map((words) => words.join(" ")).sort(),
      );
      // Both did some of it.
      expect(new Set(attempts.map(({ pid }) => pid))).toEqual(new Set(runs.map(({ pid }) => pid)));
      expect(verifyLog(store).ok).toBe(true);
      expect(told(store)).toEqual(held(store));
      store.close();
      expect(rig.artifacts().length).toBe(CANDIDATES + 1);
      for (const { name } of protocols)
        expect(JSON.parse(readFileSync(join(rig.project, rig.path(`out-${name.slice(2)}/o`)), "utf8"))).toEqual({
          title: "done",
        });
    },
    120_000,
  );
});
