import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@runa/store";
import { expect, onTestFinished, test } from "vitest";
import { removeUnclaimed } from "../src/execute/unclaimed.ts";
import type { OpenProject } from "../src/project/project.ts";

test("only an old directory of no attempt goes", () => {
  const storeDirectory = mkdtempSync(join(tmpdir(), "runa-unclaimed-"));
  const store = openStore(storeDirectory);
  onTestFinished(() => {
    store.close();
    rmSync(storeDirectory, { recursive: true });
  });
  const now = Date.now().toString(16).padStart(12, "0");
  const young = `${now.slice(0, 8)}-${now.slice(8)}-7000-8000-000000000000`;
  const names = ["01800000-0000-7000-8000-000000000000", young, "notes", "01800000-0000-4000-8000-000000000000"];
  for (const name of names) mkdirSync(join(storeDirectory, "attempts", name), { recursive: true });
  removeUnclaimed({ store, storeDirectory } as OpenProject);
  expect(names.map((name) => existsSync(join(storeDirectory, "attempts", name)))).toEqual([false, true, true, true]);
});
