import { isObject, type JsonObject, strings } from "../json.ts";

/** Why an output is offered, as the server's tool says it in `_meta["runa/duty"]`. */
export type Duty =
  | { readonly kind: "produces" }
  | { readonly kind: "choice"; readonly group: string; readonly members: readonly string[] }
  | { readonly kind: "may_produce" };

/** One tool that delivers an artifact. */
export interface Offer {
  readonly tool: string;
  readonly artifactType: string;
  readonly inputSchema: JsonObject;
  /** The artifact's own schema (`_meta["runa/schema"]`), where the tool's could not say all of it. */
  readonly artifactSchema: boolean | JsonObject | undefined;
  readonly duty: Duty;
}

/** A tool as `tools/list` answers it, as far as it matters here. */
export interface ListedTool {
  readonly name: string;
  readonly inputSchema: unknown;
  readonly _meta?: unknown;
}

/** Names of tools that a server offers beside those that deliver (attempts.md section 2). */
const OWN_TOOLS = new Set(["confirm_unchanged", "withdraw"]);

/** Whether a tool is the server's own. One of such a name that says its duty delivers an artifact type of that name. */
export function isOwnTool(tool: ListedTool): boolean {
  return OWN_TOOLS.has(tool.name) && metaOf(tool)["runa/duty"] === undefined;
}

/** Reads what a tool delivers. One that says nothing of a duty delivers the artifact type of its name and is owed. */
export function offerOf(tool: ListedTool): Offer {
  const { "runa/duty": duty, "runa/schema": schema } = metaOf(tool);
  const about = isObject(duty) ? duty : {};
  const artifactType = typeof about.artifact_type === "string" ? about.artifact_type : tool.name;
  return {
    tool: tool.name,
    artifactType,
    inputSchema: isObject(tool.inputSchema) ? tool.inputSchema : {},
    artifactSchema: isObject(schema) || typeof schema === "boolean" ? schema : undefined,
    duty: dutyOf(about, artifactType),
  };
}

function metaOf(tool: ListedTool): JsonObject {
  return isObject(tool._meta) ? tool._meta : {};
}

function dutyOf(meta: JsonObject, artifactType: string): Duty {
  if (meta.kind === "may_produce") return { kind: "may_produce" };
  if (meta.kind !== "choice") return { kind: "produces" };
  const members = strings(meta.members);
  return {
    kind: "choice",
    group: typeof meta.group === "string" ? meta.group : "",
    members: members.length > 0 ? members : [artifactType],
  };
}
