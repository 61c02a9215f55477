import type { RunGates } from "@runa/store/log";
import type { Gates, ProtocolGates } from "../methodology/declared-gates.ts";

/**
 * Gates with those of protocols that are gone or write less: taking one away, or what it writes, and bringing that back without
 * its gates is looser all the same.
 */
export function withFormer({ former = {}, ...gates }: Gates & Pick<RunGates, "former">): Gates {
  const kept = Object.entries(former).map(([name, was]): [string, ProtocolGates] => {
    const is = own(gates.protocols, name);
    return [name, is === undefined ? was : { ...is, writes: [...new Set([...was.writes, ...is.writes])].sort() }];
  });
  return { ...gates, protocols: { ...gates.protocols, ...Object.fromEntries(kept) } };
}

/**
 * The protocols that are gone from gates, or write less than before, as they were. One that waited for nobody guarded nothing: with
 * it gone, whoever does the same again is asked about.
 */
export function formerOf(before: Gates, now: Gates): Gates["protocols"] {
  const former = Object.entries(before.protocols).filter(([name, was]) => {
    const is = own(now.protocols, name);
    return was.gates.length > 0 && (is === undefined || was.writes.some((type) => !is.writes.includes(type)));
  });
  return Object.fromEntries(former);
}

function own(protocols: Gates["protocols"], name: string): ProtocolGates | undefined {
  return Object.hasOwn(protocols, name) ? protocols[name] : undefined;
}
