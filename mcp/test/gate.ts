import type { Asked } from "./fake-session.ts";

/** A gate that holds every delivery until it is opened, and tells when one stands before it. */
export function gate() {
  const waiting: (() => void)[] = [];
  const arrivals: ((asked: Asked) => void)[] = [];
  return {
    pass: (asked: Asked) =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        arrivals.shift()?.(asked);
      }),
    arrival: () => new Promise<Asked>((resolve) => arrivals.push(resolve)),
    open: () => waiting.shift()?.(),
  };
}
