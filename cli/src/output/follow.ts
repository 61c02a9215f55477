import { RunaError } from "@runa/engine";
import type { EventLog } from "@runa/engine/log";
import { HANDLED_SIGNALS, type Handled, signalExitCode } from "@runa/engine/process";
import { followLogReadOnly } from "../messages.ts";
import { stdout } from "./output.ts";
import { watchReader } from "./reader.ts";

/** How often, in milliseconds, the log is asked for more: no more than a few microseconds of work each time. */
const INTERVAL = 100;

/**
 * Prints what other processes append to the log, until a signal ends it or nobody reads any more; resolves to
 * the exit code.
 * @throws RunaError where the store cannot be written, so that nothing that happens would ever be seen
 */
export async function follow(log: EventLog, print: () => void): Promise<number> {
  if (!log.isLive) throw new RunaError(followLogReadOnly());
  return watch(() => {
    print();
    return true;
  });
}

/**
 * Looks again and again, until a look says that there is nothing more to come, a signal ends it, or nobody reads any more;
 * resolves to the exit code.
 * @param look whether there may be more
 */
export function watch(look: () => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const end = (answer: () => void) => {
      clearInterval(timer);
      endWatch();
      for (const signal of HANDLED_SIGNALS) process.off(signal, onSignal);
      answer();
    };
    const onSignal = (signal: Handled) => end(() => resolve(signalExitCode(signal)));
    const lookAgain = () => {
      try {
        if (!look() || stdout.isLost) end(() => resolve(0));
      } catch (error) {
        end(() => reject(error));
      }
    };
    const timer = setInterval(lookAgain, INTERVAL);
    const endWatch = watchReader(() => end(() => resolve(0)));
    for (const signal of HANDLED_SIGNALS) process.on(signal, onSignal);
    lookAgain();
  });
}
