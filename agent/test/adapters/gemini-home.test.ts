import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Bench, SERVER } from "./bench.ts";

const bench = new Bench();
beforeAll(async () => {
  await bench.prepare();
  bench.install("gemini");
});
afterAll(() => bench.dispose());
afterEach(() => {
  rmSync(bench.home, { recursive: true, force: true });
  mkdirSync(bench.home);
});

const ENTRY = {
  command: SERVER.command,
  args: SERVER.args,
  env: {
    // Escaped for the second time that variables are filled in, and a default for the first.
    RUNA_WORKING_DIR: "/srv/\\${RUNA_NO_SUCH_VARIABLE:-$}HOME \\${RUNA_NO_SUCH_VARIABLE:-$}{HOME}",
    RUNA_ATTEMPT: "0199-1",
  },
  trust: true,
};

test("command line, and a home whose settings hold the server", async () => {
  const { note, stderr, code } = await bench.run(["gemini", "--", "-m", "flash"]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(note?.argv).toEqual([
    "--skip-trust",
    "--allowed-mcp-server-names",
    "runa",
    "--output-format",
    "stream-json",
    "-m",
    "flash",
  ]);
  const home = note?.added.GEMINI_CLI_HOME ?? "";
  expect(note?.added).toEqual({ GEMINI_CLI_HOME: home });
  expect(home).toMatch(new RegExp(`^${bench.temporary}/runa-agent-\\d+-\\d+-\\w{6}$`));
  const name = home.slice(bench.temporary.length + 1);
  expect(note?.files).toEqual({
    [`${name}/`]: "700",
    [`${name}/.gemini/`]: "700",
    [`${name}/.gemini/settings.json`]: `600 ${JSON.stringify({ mcpServers: { runa: ENTRY } }, null, 2)}\n`,
  });
  expect(existsSync(home)).toBe(false);
  expect(existsSync(join(bench.home, ".gemini"))).toBe(false);
});

test("the user's login and settings are there, and stay as they are", async () => {
  const settings = `{
  // Mine, with "quotes" and a comma too many.
  "security": { "auth": { "selectedType": "oauth-personal" } }, /* , } */
  "mcpServers": { "mine": { "command": "x", "args": ["// no comment", ",}"] }, "runa": { "url": "http://old" } },
}
`;
  const file = bench.write(".gemini/settings.json", settings);
  const login = bench.write(".gemini/oauth_creds.json", "secret");
  const slug = bench.write(".gemini/tmp/project/chat.json", "{}");
  const variables = bench.write(".env", "GEMINI_API_KEY=x\n");

  const { note, code } = await bench.run(["gemini"]);

  expect(code).toBe(0);
  const name = (note?.added.GEMINI_CLI_HOME ?? "").slice(bench.temporary.length + 1);
  const { [`${name}/.gemini/settings.json`]: written = "", ...rest } = note?.files ?? {};
  expect(rest).toEqual({
    [`${name}/`]: "700",
    [`${name}/.env`]: `-> ${variables}`,
    [`${name}/.gemini/`]: "700",
    [`${name}/.gemini/oauth_creds.json`]: `-> ${login}`,
    [`${name}/.gemini/tmp`]: `-> ${join(bench.home, ".gemini/tmp")}`,
  });
  expect(JSON.parse(written.slice("600 ".length))).toEqual({
    security: { auth: { selectedType: "oauth-personal" } },
    mcpServers: { mine: { command: "x", args: ["// no comment", ",}"] }, runa: ENTRY },
  });
  expect(existsSync(join(bench.temporary, name))).toBe(false);
  expect(readFileSync(file, "utf8")).toBe(settings);
  expect(readFileSync(login, "utf8")).toBe("secret");
  expect(readFileSync(slug, "utf8")).toBe("{}");
});

test("a home that the user has named for Gemini CLI is the user's", async () => {
  bench.write("elsewhere/.gemini/settings.json", '{ "model": { "name": "pro" } }');
  const { note } = await bench.run(["gemini"], { env: { GEMINI_CLI_HOME: join(bench.home, "elsewhere") } });
  const [written = ""] = Object.entries(note?.files ?? {}).flatMap(([name, text]) =>
    name.endsWith("settings.json") ? [text] : [],
  );
  expect(written).toContain('"name": "pro"');
});

test("settings that cannot be read are said so", async () => {
  const file = bench.write(".gemini/settings.json", "{ nonsense");
  const { note, stderr, code } = await bench.run(["gemini"]);
  expect(stderr).toBe(`error: the settings of Gemini CLI are no JSON object: ${file}\n`);
  expect(code).toBe(1);
  expect(note).toBeUndefined();
});
