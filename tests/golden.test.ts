import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordedEnvelopes } from "./rig/envelope.ts";
import { CHECKOUT, CODE_CACHE, RUNA, RUNA_MCP } from "./rig/programs.ts";
import { runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { expectOneWording, type Wordings } from "./rig/wording.ts";
import { describeWith } from "./shared-data.ts";

const LONGEST = 20 * 60_000;

describeWith("golden", "golden/check.mjs", (check) => {
  test(
    "every recorded scenario passes; every --json answer on the way meets its schema, and one reason has one wording",
    async () => {
      using scratch = new Scratch();
      const envelopes = join(scratch.path, "envelopes");
      const wordings = join(scratch.path, "wordings");
      mkdirSync(envelopes);
      mkdirSync(wordings);
      // Scenarios about unreadable files play as another user.
      chmodSync(scratch.path, 0o755);
      chmodSync(envelopes, 0o777);
      chmodSync(wordings, 0o777);
      const recorder = join(CHECKOUT, "tests/record-envelopes.cjs");
      const { exitCode, stdout, stderr } = await runProgram(
        [
          process.execPath,
          check,
          ...["--runa", `'${process.execPath}' --require '${recorder}' '${RUNA}'`],
          ...["--runa-mcp", `'${process.execPath}' --require '${recorder}' '${RUNA_MCP}'`],
          ...["--jobs", "2"],
          // GOLDEN_ONLY=REGEX plays only the scenarios of such names.
          ...(process.env.GOLDEN_ONLY ? ["--only", process.env.GOLDEN_ONLY] : []),
        ],
        {
          directory: CHECKOUT,
          env: {
            ...process.env,
            RECORDED_ENVELOPES: envelopes,
            RECORDED_WORDINGS: wordings,
            RECORDED_CACHE: CODE_CACHE,
          },
          patience: LONGEST,
        },
      );
      const verdict = stdout.trimEnd().split("\n").at(-1) ?? "";
      console.info(`golden: ${verdict}`);
      if (exitCode !== 0) expect.fail(`check.mjs ended with ${exitCode}\n${stdout}${stderr}`);
      expect(verdict).toMatch(/^[1-9]\d* passed, 0 failed$/);
      const { count, problems } = await recordedEnvelopes(envelopes);
      expect(problems).toEqual([]);
      expect(count).toBeGreaterThan(0);
      const asked = readdirSync(wordings)
        .filter((name) => name.endsWith(".json"))
        .map((name) => readFileSync(join(wordings, name), "utf8"));
      for (const text of asked) expectOneWording(JSON.parse(text) as Wordings);
      expect(asked.length).toBeGreaterThan(0);
    },
    LONGEST,
  );
});
