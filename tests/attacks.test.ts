import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../store/src/connection/sqlite.ts";
import { ATTACKS, agentWith, type Outcome } from "./rig/attacks.ts";
import { by, hashOf } from "./rig/deciding.ts";
import { type Level, makeGuarded, makeKey, OWN, peopleToml } from "./rig/guarded.ts";
import { CHECKOUT } from "./rig/programs.ts";

/** A user that is there everywhere, and that ssh-keygen therefore works for. */
const NOBODY = 65_534;

/** Other users for whom agents could run; none where the tests may not start programs as somebody else. */
const OTHERS = process.getuid?.() === 0 ? [NOBODY] : [];

test.each(OTHERS)(
  "an agent that runs as another user (%i) reaches no key, no ssh-agent and no configuration of a person",
  async (user) => {
    const guarded = await makeGuarded("outside");
    const { rig } = guarded;
    const hash = await hashOf(rig, "design/d1");
    makeKey(guarded.keyOf("mallory"));
    execFileSync("chmod", ["-R", "a+rwX", rig.directory]);
    for (const own of ["keys", "home"]) execFileSync("chmod", ["-R", "go=", join(rig.directory, own)]);
    const env = { HOME: join(rig.directory, "desk") };
    const approve = async (key: string, more: Readonly<Record<string, string>> = {}) => {
      const words = ["approve", "design/d1", "--as", "design-approval", "--hash", hash, "--key", key];
      return (await rig.run(...words, by("anna", { user, env: { ...env, ...more } }))).stderr;
    };
    expect(await approve(guarded.keyOf("anna"))).toMatch(/^error: the key that --key names, \S+, cannot be read/);
    const socket = await agentWith(guarded, []);
    rig.write("anna.pub", peopleToml(guarded, ["anna"]).match(/ssh-ed25519 [^"]+/)?.[0] ?? "");
    expect(await approve(join(rig.project, "anna.pub"), { SSH_AUTH_SOCK: socket })).toMatch(
      /^error: nothing was signed with \S+: neither an agent nor a file beside it has the private key/m,
    );
    const written = spawnSync("sh", ["-c", `echo > ${join(rig.project, OWN)}`], { uid: user });
    expect(written.status).not.toBe(0);
    expect(await guarded.isOpen()).toBe(false);
  },
);

test("docs/security.md tells what becomes of each attack at each level", () => {
  const page = readFileSync(join(CHECKOUT, "docs/security.md"), "utf8");
  const cell = (outcome: Outcome | null) =>
    outcome === "shows" ? "shows: `runa log --verify --expect`" : (outcome ?? "–");
  const rows = ATTACKS.map(({ title, outcomes, apart }) => {
    const { log, signatures, outside } = outcomes;
    return `| ${[title, ...[log, signatures, outside, apart ?? outside].map(cell)].join(" | ")} |`;
  });
  const head = "| an agent | the log | signatures | policy outside | agents apart |\n|---|---|---|---|---|";
  expect(page).toContain([head, ...rows].join("\n"));
});

/** What the index holds of the design's content. */
function indexedContent(project: string, change?: unknown): unknown {
  const database = openSqlite(join(project, ".runa/store/runa.db"));
  try {
    const where = "WHERE artifact_type = 'design'";
    if (change !== undefined) database.prepare(`UPDATE artifact SET content_hash = ? ${where}`).run(change);
    const row = database.prepare(`SELECT content_hash FROM artifact ${where}`).get() as { content_hash: unknown };
    return row.content_hash;
  } finally {
    database.close();
  }
}

test.each<Level>(["log", "signatures", "outside"])(
  "%s: an index that says of what was edited that it is what was approved begins no work",
  async (level) => {
    const guarded = await makeGuarded(level);
    const { rig } = guarded;
    await guarded.decide("anna");
    const approved = indexedContent(rig.project);
    rig.artifact("design/d1", { title: "Something else" });
    // What was written a moment ago is read once more before it counts as unchanged.
    for (let round = 0; round < 3; round++) await rig.run("scan");
    indexedContent(rig.project, approved);
    // Who only looks believes it.
    expect((await rig.state()).protocols.find(({ name }) => name === "build")?.status).toBe("ready");
    const config = rig.read(".runa/config.toml");
    rig.write(".runa/config.toml", config.replace(/^command = .*$/m, 'command = ["true"]'));
    const { stdout, stderr } = await rig.run("run", "build");
    expect(await rig.events("claimed"), stdout + stderr).toEqual([]);
    expect(await guarded.isOpen()).toBe(false);
  },
);
