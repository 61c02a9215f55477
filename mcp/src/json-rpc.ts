import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/server";
import { type Loss, lossesOf } from "@runa/engine/schema";
import type { ToolCall } from "./tools.ts";

/** One message of a line: to be handed on, with its call where it is one, or to be answered with an error at once. */
export type Incoming =
  | { readonly kind: "request"; readonly message: JSONRPCRequest; readonly call?: ToolCall }
  | { readonly kind: "notification"; readonly message: JSONRPCNotification }
  | { readonly kind: "bad"; readonly answer: ErrorAnswer }
  | { readonly kind: "ignored" };

/** An error answer. JSON-RPC has it carry a null id where the request's could not be read. */
export interface ErrorAnswer {
  readonly jsonrpc: "2.0";
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** A line of input: messages one by one, or a batch that is answered together. */
export interface IncomingLine {
  readonly batch: boolean;
  readonly messages: readonly Incoming[];
}

export const INVALID_REQUEST = -32600;
const PARSE_ERROR = -32700;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads one line of newline-delimited JSON-RPC 2.0. What is not a message becomes the error that answers it. */
export function readLine(line: Uint8Array): IncomingLine {
  let text: string;
  let parsed: unknown;
  try {
    text = utf8.decode(line);
    parsed = JSON.parse(text);
  } catch (error) {
    return { batch: false, messages: [bad(PARSE_ERROR, `Parse error: ${String(error)}`)] };
  }
  let losses: readonly Loss[] | undefined;
  const lossesBelow = (prefix: string) => {
    losses ??= lossesOf(text);
    return below(losses, prefix);
  };
  if (!Array.isArray(parsed)) return { batch: false, messages: [readMessage(parsed, () => lossesBelow(""))] };
  if (parsed.length === 0) return { batch: false, messages: [bad(INVALID_REQUEST, "Invalid request: an empty batch")] };
  return {
    batch: true,
    messages: parsed.map((message, index) => readMessage(message, () => lossesBelow(`/${index}`))),
  };
}

/** The losses inside what lies at a pointer, by pointer into that. */
function below(losses: readonly Loss[], prefix: string): readonly Loss[] {
  return losses
    .filter(({ path }) => path.startsWith(`${prefix}/`))
    .map((loss) => ({ ...loss, path: loss.path.slice(prefix.length) }));
}

const ARGUMENTS = "/params/arguments";

function readMessage(value: unknown, lossesOfMessage: () => readonly Loss[]): Incoming {
  if (!isObject(value)) return bad(INVALID_REQUEST, "Invalid request: not an object");
  // An answer, though this server sends no requests.
  if (!("method" in value) && ("result" in value || "error" in value)) return { kind: "ignored" };
  const { jsonrpc, id, method, params } = value;
  const given = { jsonrpc, method, ...(params === undefined ? {} : { params }) };
  const message: unknown = "id" in value ? { ...given, id } : given;
  if (isJSONRPCRequest(message)) {
    if (method !== "tools/call" || !isObject(params) || typeof params.name !== "string")
      return { kind: "request", message };
    const args = params.arguments ?? {};
    if (!isObject(args)) return { kind: "request", message };
    const losses = lossesOfMessage();
    const twice = losses.find(({ path, kind }) => kind === "key" && !path.startsWith(`${ARGUMENTS}/`));
    if (twice !== undefined)
      return bad(INVALID_REQUEST, `Invalid request: ${twice.text} twice in one object`, message.id);
    return {
      kind: "request",
      message,
      call: { name: params.name, args, losses: below(losses, ARGUMENTS) },
    };
  }
  if (isJSONRPCNotification(message)) return { kind: "notification", message };
  // Parsing has rounded a number that is no safe integer: an answer under it would belong to no request.
  const known = typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id)) ? id : null;
  return bad(INVALID_REQUEST, "Invalid request: not a JSON-RPC 2.0 request", known);
}

/** The answer to what is no request that anyone could carry out. */
export function bad(code: number, message: string, id: RequestId | null = null): Incoming & { kind: "bad" } {
  return { kind: "bad", answer: { jsonrpc: "2.0", id, error: { code, message } } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
