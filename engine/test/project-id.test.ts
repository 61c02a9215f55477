import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@runa/store";
import { expect, onTestFinished, test } from "vitest";
import { readProjectId, requireProjectId } from "../src/decisions/project-id.ts";

function project() {
  const directory = mkdtempSync(join(tmpdir(), "runa-project-id-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const store = openStore(join(directory, "store"));
  onTestFinished(() => store.close());
  const workspace = join(directory, "workspace");
  return { store, workspace, file: join(workspace, ".project.json") };
}

test("a project gets its id once, and keeps it", () => {
  const { store, workspace, file } = project();
  expect(readProjectId(workspace)).toEqual({ kind: "none" });
  const id = requireProjectId(store, workspace);
  expect(readFileSync(file, "utf8")).toBe(`{\n  "v": 1,\n  "project": "${id}"\n}\n`);
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(requireProjectId(store, workspace)).toBe(id);
  expect(readProjectId(workspace)).toEqual({ kind: "known", id });
});

test.each([
  ["no JSON", "{", /line 1/],
  ["no object", "[]", /it is not/],
  ["another version", '{"v": 2, "project": "00000000-0000-0000-0000-000000000000"}', /it is not/],
  ["no UUID", '{"v": 1, "project": "mine"}', /it is not/],
])("a file that holds %s is told of and stays", (_, text, reason) => {
  const { store, workspace, file } = project();
  mkdirSync(workspace);
  writeFileSync(file, text);
  expect(readProjectId(workspace)).toMatchObject({ kind: "unusable", file, reason: expect.stringMatching(reason) });
  expect(() => requireProjectId(store, workspace)).toThrow(/\.project\.json does not say which project this is/);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("a link is not followed", () => {
  const { store, workspace, file } = project();
  mkdirSync(workspace);
  writeFileSync(join(workspace, "elsewhere"), '{"v": 1, "project": "00000000-0000-0000-0000-000000000000"}');
  symlinkSync("elsewhere", file);
  expect(readProjectId(workspace)).toMatchObject({ kind: "none" });
  const id = requireProjectId(store, workspace);
  expect(readProjectId(workspace)).toEqual({ kind: "known", id });
});
