import type { ProtocolText } from "./methodology.ts";
import type { Rig, RigOptions, StartOptions } from "./rig.ts";

/** The schema of a decision type, and whatever else it asks for. */
export function deciding(annotation: object, rest: object = {}): object {
  return { "x-runa": annotation, type: "object", ...rest };
}

const protocols: readonly ProtocolText[] = [
  { name: "draft", requires: ["need"], produces: ["design"] },
  { name: "build", requires: ["design", "design-approval"], produces: ["code"] },
];

/** A design is drafted, people decide on it, and code is made of what is approved. */
export const gated: RigOptions = {
  protocols,
  types: ["design-rejection"],
  schemas: {
    "design-approval": deciding({ kind: "approval", of: "design" }),
    "design-rejection": deciding({ kind: "rejection", of: "design" }),
  },
  artifacts: { "need/n1": { title: "Need" }, "design/d1": { title: "Design" } },
};

/** A start of `runa` by somebody, as git knows them. */
export function by(name: string, options: StartOptions = {}): StartOptions {
  const git = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: name };
  return { ...options, env: { ...git, ...options.env } };
}

/** The hash of what lies there, as `runa show` tells it. */
export async function hashOf(rig: Rig, name: string): Promise<string> {
  const { stdout } = await rig.run("show", name, "--json");
  return (JSON.parse(stdout) as { content_hash: string }).content_hash;
}

/** The files of a decision type, as JSON, the earliest first. */
export function decisionFiles(rig: Rig, type: string): Record<string, unknown>[] {
  const names = rig.artifacts().filter((name) => name.startsWith(`${type}/`));
  return names.map((name) => JSON.parse(rig.read(rig.path(name))) as Record<string, unknown>);
}
