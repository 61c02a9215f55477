import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What may lie where something else is expected. */
export const THINGS = ["a pipe", "a directory", "an endless device", "a dangling link", "garbage"] as const;
export type Thing = (typeof THINGS)[number];

/** Puts a thing at a path, instead of whatever lies there. */
export function plant(thing: Thing, path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  switch (thing) {
    case "a pipe":
      execFileSync("mkfifo", [path]);
      break;
    case "a directory":
      mkdirSync(path);
      break;
    case "an endless device":
      symlinkSync("/dev/zero", path);
      break;
    case "a dangling link":
      symlinkSync("/nowhere/at/all", path);
      break;
    case "garbage":
      writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0x22, 0x0a, 0xed, 0xa0, 0x80, 0x5b, 0x3d]));
      break;
  }
}
