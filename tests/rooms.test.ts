import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";

/**
 * The rooms of each package, lowest first. A room is a directory or a single file of `src`; it may use itself and what
 * stands before it, types included.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  store: [
    "messages.ts",
    "artifact.ts",
    "candidate.ts",
    "grouped.ts",
    "instances.ts",
    "wall-time.ts",
    "suggestion.ts",
    "json",
    "schema",
    "workspace",
    "connection",
    "contents",
    "index",
    "record",
    "pruning",
    "scan",
    "snapshot.ts",
    "replay",
    "rebuild",
    "entries",
    "index.ts",
  ],
  engine: [
    "messages.ts",
    "version.ts",
    "count.ts",
    "byte-size.ts",
    "duration.ts",
    "visible.ts",
    "suggestion.ts",
    "unreadable.ts",
    "output.ts",
    "candidate-file.ts",
    "value-there.ts",
    "diagnostic.ts",
    "source-lines.ts",
    "json-map.ts",
    "toml",
    "log",
    "methodology",
    "signature",
    "people",
    "decisions",
    "evaluate",
    "process",
    "project",
    "plan",
    "reasons",
    "audit",
    "attempt",
    "history",
    "session",
    "deciding",
    "run",
    "cases",
    "rehearsal",
    "answers",
    "entries",
    "index.ts",
  ],
  mcp: [
    "messages.ts",
    "line-reader.ts",
    "command-line.ts",
    "no-schema-validator.ts",
    "tool-name.ts",
    "instructions.ts",
    "schema",
    "decode-strings.ts",
    "call-result.ts",
    "output-tool.ts",
    "own-tools.ts",
    "tools.ts",
    "json-rpc.ts",
    "stdio-transport.ts",
    "server.ts",
    "serve-protocol.ts",
    "main.ts",
    "index.ts",
  ],
  cli: [
    "messages.ts",
    "input",
    "output",
    "checks",
    "render",
    "execution",
    "completion",
    "commands",
    "cli.ts",
    "main.ts",
    "index.ts",
  ],
  agent: [
    "version.ts",
    "visible.ts",
    "failure.ts",
    "json.ts",
    "usage.ts",
    "signals.ts",
    "value",
    "session",
    "rehearse",
    "adapters",
    "commands",
    "program.ts",
    "main.ts",
    "index.ts",
  ],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import inside a package, as paths from its `src`. */
function importsOf(name: string): { files: string[]; imports: Import[] } {
  const source = join(CHECKOUT, name, "src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const imports = files.flatMap((from) => {
    const text = readFileSync(join(source, from), "utf8");
    const targets = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"\n]+)"/g)];
    return targets.map(([, target = ""]) => ({
      from,
      to: relative(source, resolve(dirname(join(source, from)), target)),
    }));
  });
  return { files, imports };
}

/** The first path of imports that comes back to where it began; null when there is none. */
function circleIn(files: readonly string[], imports: readonly Import[]): string[] | null {
  const next = new Map(files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const target of next.get(file) ?? []) {
      const circle = visit(target, [...path, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

describe.each(Object.entries(ROOMS))("the rooms of %s", (name, rooms) => {
  const { files, imports } = importsOf(name);
  const roomOf = (file: string) => file.split("/", 1)[0] ?? file;

  test("are all declared", () => {
    expect(files.length).toBeGreaterThan(10);
    expect([...new Set(files.map(roomOf))].filter((room) => !rooms.includes(room))).toEqual([]);
    expect(rooms.filter((room) => !files.some((file) => roomOf(file) === room))).toEqual([]);
  });

  test("use only what stands before them", () => {
    const upwards = imports.filter(({ from, to }) => rooms.indexOf(roomOf(to)) > rooms.indexOf(roomOf(from)));
    expect(upwards.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test("hold no circle of files, also none of types", () => {
    expect(circleIn(files, imports)).toBeNull();
  });
});
