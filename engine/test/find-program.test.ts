import { chmodSync, symlinkSync } from "node:fs";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../src/plan/mcp-config.ts";
import { Disk } from "./support/disk.ts";

/** Programs of that path, each executable. */
function programs(...paths: readonly string[]): Disk {
  const disk = new Disk();
  disk.write(Object.fromEntries(paths.map((path) => [path, "#!/bin/sh\n"])));
  for (const path of paths) chmodSync(disk.at(path), 0o755);
  return disk;
}

const fromHere = (path: string) => relative(process.cwd(), path);

test("a program beside runa is taken before one on the PATH, also where runa is a link to it", () => {
  using disk = programs("dist/runa.js", "dist/runa-mcp.js", "bin/runa-mcp");
  symlinkSync("../dist/runa.js", disk.at("bin/runa"));
  const PATH = disk.at("bin");
  expect(findProgram("runa-mcp", disk.at("dist/runa.js"), { PATH })).toBe(disk.at("dist/runa-mcp.js"));
  expect(findProgram("runa-mcp", disk.at("bin/runa"), { PATH: "" })).toBe(disk.at("bin/runa-mcp"));
  expect(findProgram("runa-mcp", fromHere(disk.at("dist/runa.js")), {})).toBe(disk.at("dist/runa-mcp.js"));
});

test("else it is looked for on the PATH, and one that a relative entry leads to is absolute", () => {
  using disk = programs("one/runa-mcp", "two/runa-mcp");
  const find = (...entries: readonly string[]) => findProgram("runa-mcp", "/nowhere/runa", { PATH: entries.join(":") });
  expect(find("/nowhere", fromHere(disk.at("two")), disk.at("one"))).toBe(disk.at("two/runa-mcp"));
  expect(find(disk.at("one"), fromHere(disk.at("two")))).toBe(disk.at("one/runa-mcp"));
  expect(find("/nowhere")).toBeNull();
  expect(findProgram("runa-mcp", "/nowhere/runa", {})).toBeNull();
});

test("what is a directory, or not executable, is no program", () => {
  using disk = programs("two/runa-mcp");
  disk.write({ "zero/runa-mcp": null, "one/runa-mcp": "#!/bin/sh\n" });
  const PATH = ["zero", "one", "two"].map((name) => disk.at(name)).join(":");
  expect(findProgram("runa-mcp", "/nowhere/runa", { PATH })).toBe(disk.at("two/runa-mcp"));
});
