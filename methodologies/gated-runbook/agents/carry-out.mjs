#!/usr/bin/env node
// Carries out the command of the approved precheck, word by word, once, and records what came of it.
import { deliver, inputOf, inputsOf, run } from "./attempt.mjs";

const { id, artifact: precheck } = inputOf("precheck");
const names = [...new Set(inputsOf("go-ahead").map(({ by }) => by.name))];
const { exit_code, ended_by, stdout, stderr, seconds } = await run(
  precheck.command,
  precheck.time_limit_seconds ?? 600,
);
deliver("result", id, {
  title: precheck.title,
  command: precheck.command,
  exit_code,
  ended_by,
  stdout,
  stderr,
  seconds,
  go_ahead_by: names,
});
