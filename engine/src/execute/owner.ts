import { readFileSync, readlinkSync } from "node:fs";
import type { Owner } from "@runa/store";
import { startTimeOf } from "./agent-process.ts";

/** This process, as an attempt's owner that another runa can later look for. */
export function thisOwner(): Owner {
  return {
    machine: read("/etc/machine-id"),
    boot: read("/proc/sys/kernel/random/boot_id"),
    pidNamespace: link("/proc/self/ns/pid"),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
  };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
