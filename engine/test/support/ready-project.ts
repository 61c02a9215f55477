import { openStore } from "@runa/store";
import { onTestFinished } from "vitest";
import type { ExecutionContext } from "../../src/attempt/context.ts";
import { policyInForce } from "../../src/people/policy.ts";
import type { Interrupts } from "../../src/process/interrupts.ts";
import { type OpenProject, openProject } from "../../src/project/project.ts";
import { Disk } from "./disk.ts";

/**
 * A project in which `draft` is READY, which owes a `design`.
 * @param agent what stands in the config's table of the agent beside its command
 */
export async function readyProject(agent = ""): Promise<OpenProject> {
  const disk = new Disk();
  disk.write({
    ".runa/config.toml": `methodology_path = "m/manifest.toml"\n[agent]\ncommand = ["true"]\n${agent}`,
    "m/manifest.toml": `name = "m"
[[artifact_types]]
name = "requirements"
[[artifact_types]]
name = "design"
[[protocols]]
name = "draft"
requires = ["requirements"]
produces = ["design"]
trigger = { type = "on_artifact", name = "requirements" }
`,
    "m/schemas/requirements.schema.json": "{}",
    "m/schemas/design.schema.json": "{}",
    "m/protocols/draft/PROTOCOL.md": "Draft it.",
    ".runa/workspace/requirements/r1.json": "{}",
  });
  openStore(disk.at(".runa/store")).close();
  const project = await openProject({ workingDirectory: disk.path, environment: {} });
  onTestFinished(() => {
    project.close();
    disk[Symbol.dispose]();
  });
  return project;
}

/** What it takes to execute work in a project. */
export function executionIn(project: OpenProject, interrupts: Interrupts): ExecutionContext {
  return {
    project,
    policy: { ...policyInForce({ required: false, people: null }, null), sources: new Map() },
    person: undefined,
    interrupts,
    mcp: { command: process.execPath, args: [], found: true },
    environment: {},
    grace: 100,
    capture: false,
    startable: (argv) => argv,
    show: () => {},
  };
}
