import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@runa/store";
import { expect, onTestFinished, test } from "vitest";
import { removeUnclaimed } from "../src/attempt/unclaimed.ts";
import type { OpenProject } from "../src/project/project.ts";

test("only an old prompt of no attempt goes", () => {
  const storeDirectory = mkdtempSync(join(tmpdir(), "runa-unclaimed-"));
  const store = openStore(storeDirectory);
  onTestFinished(() => {
    store.close();
    rmSync(storeDirectory, { recursive: true });
  });
  const now = Date.now().toString(16).padStart(12, "0");
  const young = `${now.slice(0, 8)}-${now.slice(8)}-7000-8000-000000000000`;
  const old = "01800000-0000-7000-8000-000000000000";
  const began = "01800000-0000-7000-8000-000000000001";
  const names = [old, young, "notes", "01800000-0000-4000-8000-000000000000", began];
  for (const name of names) {
    mkdirSync(join(storeDirectory, "attempts", name), { recursive: true });
    writeFileSync(join(storeDirectory, "attempts", name, "prompt.md"), "");
  }
  writeFileSync(join(storeDirectory, "attempts", began, "stdout.log"), "");
  removeUnclaimed({ store, storeDirectory } as OpenProject);
  expect(names.map((name) => existsSync(join(storeDirectory, "attempts", name)))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
});
