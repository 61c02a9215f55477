import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { configFile } from "../src/project/config.ts";

vi.mock(import("node:os"), async (original) => ({
  ...(await original()),
  homedir: () => {
    // What the system says for a user that it does not know, as in many containers.
    throw new Error("uv_os_homedir returned ENOENT");
  },
}));

test("a user without a home has the project's configuration, or none", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "runa-config-")));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const sources = { flag: undefined, environment: {}, workingDirectory: root, root };
  expect(configFile(sources)).toBeNull();
  mkdirSync(join(root, ".runa"));
  writeFileSync(join(root, ".runa", "config.toml"), "");
  expect(configFile(sources)).toBe(join(root, ".runa", "config.toml"));
});
