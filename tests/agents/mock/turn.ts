/** What one request shows of the conversation, in no vendor's dialect. */
export interface Turn {
  /** The tools that the model may call, by the name that a call has to give; namespaced ones as `namespace/name`. */
  readonly tools: readonly string[];
  /** The results of the calls so far, as text. */
  readonly results: readonly string[];
}

/** What the model does next. */
export type Action =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "call"; readonly tool: string; readonly args: object }
  /** Never answers. */
  | { readonly kind: "hang" };

/** What the mock says it costs to answer once, so that a test knows the sum. */
export const COST = { input: 100, output: 10 } as const;

/** One vendor's wire: how a request is read and how an answer is written. */
export interface Dialect {
  /** Whether a request to this path asks the model for an answer. */
  asks(path: string): boolean;
  read(body: unknown): Turn;
  /** The answer as server-sent events; `serial` tells answers apart. */
  write(action: Exclude<Action, { kind: "hang" }>, serial: number): string;
}

/** Server-sent events, each with its data and, where it has one, its name. */
export function events(list: readonly { readonly event?: string; readonly data: unknown }[]): string {
  return list
    .map(({ event, data }) => {
      const text = typeof data === "string" ? data : JSON.stringify(data);
      return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
    })
    .join("");
}

/** The member of a JSON object, or undefined where there is no such thing. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

/** The value as a list; empty where it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as text: a string as it is, all else as JSON. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
