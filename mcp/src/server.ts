import type { Readable, Writable } from "node:stream";
import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { OutputSession } from "@runa/engine/session";
import type { ToolResult } from "./call-result.ts";
import { mcpStopping, mcpUnknownTool } from "./messages.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { offeredTools, type ToolCall } from "./tools.ts";

/** What is told of a call for the diagnostics; nothing of what the artifact holds. */
export interface CallRecord {
  readonly level: "info" | "error";
  readonly operation: "call";
  readonly outcome: "succeeded" | "failed";
  readonly msg: string;
  readonly fields: { readonly tool: string };
}

/** Where a session is served, and who is told. */
export interface ServeOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** This program's version, for the client. */
  readonly version: string;
  readonly report?: (record: CallRecord) => void;
}

/** A session that is being served. */
export interface Serving {
  /** Resolves when the client has gone and no delivery is running any more. The session is left open. */
  readonly done: Promise<void>;
  /** Takes no further call, finishes the one that is running, and ends. */
  readonly stop: () => void;
}

/**
 * Serves a session over two streams, in both protocol eras: 2026-07-28 (`server/discover`) and the `initialize`
 * handshake of 2025-11-25 and before, whichever the client opens with (contract.md section 8). Calls are carried out
 * one at a time, in the order in which they came.
 * @throws UnservableError when an output's schema leaves no room for the arguments of a tool
 */
export function serve(session: OutputSession, { input, output, version, report }: ServeOptions): Serving {
  const tools = offeredTools(session);
  const transport = new StdioTransport(input, output);
  let last: Promise<unknown> = Promise.resolve();
  let stopping = false;

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  function build(): Server {
    const server = new Server(
      { name: "runa-mcp", title: `runa: ${session.protocol}`, version },
      { capabilities: { tools: {} }, instructions: tools.instructions },
    );
    server.setRequestHandler("tools/list", () => ({ tools: [...tools.list] }));
    server.setRequestHandler("tools/call", (request, { mcpReq }) => {
      const { name } = request.params;
      if (!tools.has(name)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, mcpUnknownTool(name));
      const call = transport.callOf(mcpReq.id);
      return inTurn(async () => {
        // A cancelled call gets no answer, so one that was not begun is not made either.
        if (call === undefined || mcpReq.signal.aborted || stopping)
          throw new ProtocolError(ProtocolErrorCode.InternalError, mcpStopping());
        return carriedOut(call);
      });
    });
    return server;
  }

  /** Carries out a call, and reports what came of it for the diagnostics. */
  async function carriedOut(call: ToolCall): Promise<ToolResult> {
    const about = { operation: "call", fields: { tool: call.name } } as const;
    try {
      const result = await tools.call(call);
      const { status, reason } = result.structuredContent;
      report?.({ ...about, level: "info", outcome: result.isError ? "failed" : "succeeded", msg: reason ?? status });
      return result;
    } catch (error) {
      report?.({
        ...about,
        level: "error",
        outcome: "failed",
        msg: error instanceof Error ? error.message : `${error}`,
      });
      throw error;
    }
  }

  serveStdio(build, { transport });
  return {
    done: transport.closed.then(() => last).then(() => undefined),
    stop: () => {
      stopping = true;
      transport.drain();
    },
  };
}
