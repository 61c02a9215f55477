// What /proc tells of the processes of a soak.
import { readdirSync, readFileSync } from "node:fs";

/** A living process as `pid:start`, so that another with its pid is not taken for it; null for none, or a dead one. */
export function identityOf(/** @type {number} */ pid) {
  const stat = read(`/proc/${pid}/stat`);
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" || state === "Z" || state === "X" ? null : `${pid}:${rest[18]}`;
}

/**
 * The living processes that carry one of these attempts in their environment: agents and servers.
 * @param {ReadonlySet<string>} attempts
 * @returns {{ pid: number, role: "agent" | "server" | "other" }[]}
 */
export function processesOf(attempts) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const entry = /(?:^|\0)RUNA_ATTEMPT=([^\0]*)/.exec(read(`/proc/${pid}/environ`))?.[1];
      return entry?.split(",").some((id) => attempts.has(id)) && identityOf(pid) !== null;
    })
    .map((pid) => {
      const line = read(`/proc/${pid}/cmdline`);
      const role = line.includes("runa-mcp") ? "server" : line.includes("soak/agent.mjs") ? "agent" : "other";
      return { pid, role };
    });
}

function read(/** @type {string} */ path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
