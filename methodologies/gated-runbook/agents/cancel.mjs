#!/usr/bin/env node
// Records that a person refused to have the command carried out.
import { deliver, inputOf } from "./attempt.mjs";

const { id, artifact: precheck } = inputOf("precheck");
deliver("cancelled", id, { title: precheck.title, command: precheck.command });
