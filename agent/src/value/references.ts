import { isObject, type JsonObject } from "../json.ts";
import { asSchema, Impossible, type Schema } from "./schema.ts";

/** Finds what a reference in one schema document points to. Nothing outside the document is ever fetched. */
export type References = (reference: string) => Schema;

/**
 * The references of one document: JSON pointers, anchors and the `$id`s inside it.
 * Looking up throws Impossible for a reference that leaves the document.
 */
export function referencesIn(document: JsonObject): References {
  const resources = new Map<string, JsonObject>();
  const anchors = new Map<string, JsonObject>();
  index(document, idOf(document) ?? "", resources, anchors);
  resources.set("", document);

  return (reference) => {
    const cut = reference.indexOf("#");
    const place = cut === -1 ? reference : reference.slice(0, cut);
    const fragment = decoded(cut === -1 ? "" : reference.slice(cut + 1));
    const resource = resourceFor(place, idOf(document), resources);
    const found =
      resource === undefined ? undefined : within(resource, fragment, anchors, [document, ...resources.values()]);
    if (found === undefined) throw new Impossible(`it refers to ${reference}, which it does not contain`);
    return asSchema(found);
  };
}

function idOf(schema: JsonObject): string | undefined {
  const id = schema.$id ?? schema.id;
  return typeof id === "string" ? id : undefined;
}

function index(
  node: unknown,
  base: string,
  resources: Map<string, JsonObject>,
  anchors: Map<string, JsonObject>,
): void {
  const stack: { node: unknown; base: string }[] = [{ node, base }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node: current } = top;
    if (Array.isArray(current)) {
      for (const item of current) stack.push({ node: item, base: top.base });
    } else if (isObject(current)) {
      let here = top.base;
      const id = idOf(current);
      if (id?.startsWith("#")) anchors.set(id.slice(1), current);
      else if (id !== undefined) {
        here = absolute(id, top.base);
        resources.set(here.replace(/#.*$/, ""), current);
      }
      for (const anchor of [current.$anchor, current.$dynamicAnchor]) {
        if (typeof anchor === "string" && !anchors.has(anchor)) anchors.set(anchor, current);
      }
      for (const value of Object.values(current)) stack.push({ node: value, base: here });
    }
  }
}

function resourceFor(
  place: string,
  rootId: string | undefined,
  resources: ReadonlyMap<string, JsonObject>,
): JsonObject | undefined {
  const exact = resources.get(place) ?? resources.get(absolute(place, rootId ?? ""));
  if (exact !== undefined) return exact;
  const tail = `/${place.replace(/^[./]+/, "")}`;
  for (const [id, resource] of resources) if (id.endsWith(tail)) return resource;
  return undefined;
}

function within(
  resource: JsonObject,
  fragment: string,
  anchors: ReadonlyMap<string, JsonObject>,
  others: readonly JsonObject[],
): unknown {
  if (fragment === "") return resource;
  if (!fragment.startsWith("/")) return anchors.get(fragment);
  for (const from of [resource, ...others]) {
    const found = pointedTo(from, fragment);
    if (found !== undefined) return found;
  }
  return undefined;
}

function pointedTo(from: JsonObject, pointer: string): unknown {
  let at: unknown = from;
  for (const part of pointer.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

function absolute(reference: string, base: string): string {
  try {
    return new URL(reference, base === "" ? undefined : base).href;
  } catch {
    return reference;
  }
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
