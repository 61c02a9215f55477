const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Does some work; when a signal asks to end meanwhile, ends the server that the work started and exits with the
 * signal's code, whatever the work would still have come to.
 */
export async function untilSignalled(
  work: (onStart: (close: () => Promise<void>) => void) => Promise<number>,
): Promise<number> {
  let close = async () => {};
  let ending = false;
  const handlers = Object.entries(CODES).map(([signal, code]): [string, () => void] => [
    signal,
    () => {
      ending = true;
      close().then(
        () => process.exit(code),
        () => process.exit(code),
      );
    },
  ]);
  for (const [signal, handler] of handlers) process.once(signal, handler);
  try {
    return await work((started) => {
      close = started;
    });
  } finally {
    // A call that fails because its server was ended just now is no failure to report.
    if (ending) await new Promise(() => {});
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
