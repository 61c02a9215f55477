#!/usr/bin/env node
// Says exactly what would be carried out, and looks whether it can be. Changes nothing.
import { hostname, userInfo } from "node:os";
import { deliver, inputOf, programOf, run } from "./attempt.mjs";

/** More than any look at something takes, in seconds. */
const PATIENCE = 60;

const { id, artifact: request } = inputOf("request");
const checked = request.precheck
  ? { command: request.precheck, ...(await run(request.precheck, PATIENCE)) }
  : { command: [], exit_code: null, stdout: "", stderr: "" };
const program = programOf(request.command[0]);
deliver("precheck", id, {
  title: request.title,
  command: request.command,
  reason: request.reason,
  ...(request.expected !== undefined && { expected: request.expected }),
  ...(request.undo !== undefined && { undo: request.undo }),
  time_limit_seconds: request.time_limit_seconds ?? 600,
  program,
  found: program !== null && (request.precheck === undefined || checked.exit_code === 0),
  // What people call this machine, where its own name says nothing to them.
  host: process.env.RUNBOOK_HOST || hostname(),
  user: userInfo().username,
  checked: {
    command: checked.command,
    exit_code: checked.exit_code,
    stdout: checked.stdout,
    stderr: checked.stderr,
  },
});
