import { expect, test } from "vitest";
import { DiagnosticsError } from "../src/diagnostic.ts";
import { openProject } from "../src/project/project.ts";
import { Disk } from "./support/disk.ts";

const MANIFEST = `name = "m"
artifact_types = [{ name = "note" }, { name = "verdict" }]
[[protocols]]
name = "review"
requires = ["note"]
produces = ["verdict"]
trigger = { type = "on_artifact", name = "note" }
`;

function disk(config: string): Disk {
  const made = new Disk();
  made.write({
    "m/manifest.toml": MANIFEST,
    "m/schemas/note.schema.json": "{}",
    "m/schemas/verdict.schema.json": "{}",
    "m/protocols/review/PROTOCOL.md": "Judge.\n",
    ".runa/config.toml": `methodology_path = "m"\n${config}`,
  });
  return made;
}

const options = (made: Disk) => ({ workingDirectory: made.path, environment: { HOME: made.path } });

test("a protocol's table that names one of the methodology's is used", async () => {
  using made = disk('[protocols.review]\ntimeout = "10m"\n');
  const project = await openProject(options(made));
  project.close();
  expect(project.config.agentFor("review").timeout).toBe(600_000);
});

test("a protocol that the methodology lacks is told where the config names it", async () => {
  using made = disk('[protocols.reveiw]\ntimeout = "10m"\n[protocols]\nreview.attempts = 2\n"de ploy".attempts = 2\n');
  const error = await openProject(options(made)).catch((thrown: unknown) => thrown);
  if (!(error instanceof DiagnosticsError)) throw error;
  const file = made.at(".runa/config.toml");
  expect(
    error.diagnostics.map(({ file: at, position, message }) => [at, position?.line, position?.column, message]),
  ).toEqual([
    [file, 2, 2, "the methodology has no protocol 'reveiw' — did you mean 'review'?"],
    [file, 6, 1, "the methodology has no protocol 'de ploy'"],
  ]);
});
