import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../store/src/connection/store.ts";
import { findArtifact } from "../store/src/index/artifact-table.ts";
import type { InstanceId } from "../store/src/index.ts";
import { newestRecord } from "../store/src/record/record-log.ts";
import { auditSchema } from "./rig/audit.ts";
import { writeMethodology } from "./rig/methodology.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { type Strike, StruckProject } from "./rig/struck.ts";

const AGENT = [
  `echo "$RUNA_ATTEMPT" >> executed`,
  "test ! -e fail",
  "mkdir -p .runa/workspace/note",
  `printf '{"title":"done"}' > .runa/workspace/note/.n`,
  "mv .runa/workspace/note/.n .runa/workspace/note/n.json",
].join(" && ");

/**
 * Makes a project whose only attempt failed and is recorded, and whose next one will succeed: then one record is to be
 * written, and one to be taken away.
 */
async function recordedProject(scratch: Scratch): Promise<string> {
  const [template, methodology] = [join(scratch.path, "template"), join(scratch.path, "methodology")];
  mkdirSync(join(template, ".runa/workspace/brief"), { recursive: true });
  mkdirSync(methodology);
  writeMethodology(methodology, {
    protocols: [{ name: "draft", requires: ["brief"], produces: ["note"] }],
    types: ["failed", "trail"],
    schemas: { failed: auditSchema({ outcomes: ["exited"] }), trail: auditSchema({ per: "attempt" }) },
  });
  writeFileSync(
    join(template, ".runa/config.toml"),
    `methodology_path = ${JSON.stringify(methodology)}\n[agent]\ncommand = ${JSON.stringify(["sh", "-c", AGENT])}\n`,
  );
  writeFileSync(join(template, ".runa/workspace/brief/b.json"), '{"title":"brief"}');
  writeFileSync(join(template, "fail"), "");
  await runa(template, "run");
  rmSync(join(template, "fail"));
  return template;
}

/** Every attempt that has ended, and each record that lies there or was taken away: what the log and the index say of it. */
function recordsOf(project: StruckProject) {
  const store = openStore(join(project.path, ".runa/store"));
  try {
    const attempts = store.connection.database.prepare("SELECT id FROM attempt").pluck().all() as string[];
    const states = (type: string, ids: readonly string[]) =>
      ids.map((id) => {
        const told = newestRecord(store.connection, { type, id: id as InstanceId });
        const row = findArtifact(store.connection, type, id as InstanceId);
        if (told === null || told.isRemoved) return row === null ? "gone" : "left in the index";
        return row?.status === "valid" && row.contentHash === told.contentHash ? "attested" : "in doubt";
      });
    const lie = readdirSync(join(project.path, ".runa/workspace/trail")).sort();
    return { attempts: attempts.sort(), lie, trail: states("trail", attempts), failed: states("failed", ["draft"]) };
  } finally {
    store.close();
  }
}

test.each(["kill", "fail"] as const satisfies readonly Strike["how"][])(
  "struck anywhere (%s), the next run leaves each attempt with its record, and none that is not to be there",
  async (how) => {
    using scratch = new Scratch();
    const template = await recordedProject(scratch);
    let next = 0;
    let points: readonly string[] | null = null;
    const strikeOne = async (at: number) => {
      using project = new StruckProject(template, join(scratch.path, `project-${at}`));
      const struck = await project.strike({ program: "runa.js", at, how });
      const where = `${struck.points.at(-1)} (${at})\n${struck.stderr}`;
      if (!struck.points.some((point) => point.startsWith(how))) points ??= struck.points;
      const between = project.look();
      expect(between.chain, where).toBe(true);
      expect(between.told, where).toEqual(between.held);

      const again = await project.run();
      expect(again.exitCode, `${where}\n--- again\n${again.stdout}${again.stderr}`).toBe(0);
      const { chain, told, held } = project.look();
      expect(chain, where).toBe(true);
      expect(told, where).toEqual(held);
      const { attempts, lie, trail, failed } = recordsOf(project);
      expect(lie, where).toEqual(attempts.map((id) => `${id}.json`));
      expect(new Set(trail), where).toEqual(new Set(["attested"]));
      expect(failed, where).toEqual(["gone"]);
    };
    const strikeOn = async () => {
      while (points === null) await strikeOne(next++);
    };
    await Promise.all([strikeOn(), strikeOn()]);
    // A record is written and another one removed, each in a transaction of its own, after the commit of the end.
    expect((points ?? []).join(" ")).toMatch(
      /commit (?:.+ )?unlinkSync fsyncSync commit .*renameSync fsyncSync commit/,
    );
  },
  240_000,
);

/** Makes a project in which two attempts of one candidate have left no record yet, and none can begin. */
async function owingTwo(scratch: Scratch): Promise<string> {
  const [template, methodology] = [join(scratch.path, "template"), join(scratch.path, "methodology")];
  mkdirSync(join(template, ".runa/workspace/brief"), { recursive: true });
  mkdirSync(methodology);
  writeMethodology(methodology, {
    protocols: [{ name: "draft", requires: ["brief"], produces: ["note"] }],
    types: ["last"],
    schemas: { last: auditSchema() },
  });
  writeFileSync(
    join(template, ".runa/config.toml"),
    `methodology_path = ${JSON.stringify(methodology)}\n[agent]\ncommand = ["false"]\n`,
  );
  const brief = join(template, ".runa/workspace/brief/b.json");
  writeFileSync(brief, '{"title":"brief"}');
  const inTheWay = join(template, ".runa/workspace/last");
  writeFileSync(inTheWay, "a file where a directory has to be");
  for (const _ of [1, 2]) await runa(template, "run");
  rmSync(inTheWay);
  rmSync(brief);
  return template;
}

test("a record that cannot be written keeps back that of the next attempt, so that none replaces a newer one", async () => {
  using scratch = new Scratch();
  const template = await owingTwo(scratch);
  using whole = new StruckProject(template, join(scratch.path, "whole"));
  const { points } = await whole.strike({ program: "runa.js", at: null, how: "fail" });
  const { of, last } = recordIn(whole);
  expect(of).toBe(last);
  // Each record is renamed into its place; the two come first of all.
  const renames = points.flatMap((point, at) => (point === "renameSync" ? [at] : [])).slice(0, 2);
  expect(renames).toHaveLength(2);
  for (const at of renames) {
    using project = new StruckProject(template, join(scratch.path, `project-${at}`));
    const struck = await project.strike({ program: "runa.js", at, how: "fail" });
    // One is told of, once; another one that waits for it is not.
    expect(struck.stderr.match(/the record of an attempt could not be written/g)).toHaveLength(1);
    await project.run();
    expect(recordIn(project)).toEqual({ of: last, last });
    expect(await project.run("audit", "--verify")).toMatchObject({ exitCode: 0 });
  }
});

/** Of which attempt a record lies there, and which one was the last of all. */
function recordIn({ path }: StruckProject): { of: string; last: string | undefined } {
  const store = openStore(join(path, ".runa/store"));
  try {
    const ids = store.connection.database.prepare("SELECT id FROM attempt ORDER BY started").pluck().all() as string[];
    const { attempt } = JSON.parse(readFileSync(join(path, ".runa/workspace/last/draft.json"), "utf8"));
    return { of: attempt, last: ids.at(-1) };
  } finally {
    store.close();
  }
}
