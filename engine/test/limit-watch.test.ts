import type { Moment } from "@runa/store";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Ending } from "../src/attempt/attempt.ts";
import { LimitWatch, type Visible } from "../src/attempt/limits.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const NO_LIMITS = { timeout: null, idleTimeout: null, settle: null, outputLimit: 256e6 };

/** What a test lets be seen of an attempt, and why it was ended. */
class Watched {
  readonly ends: { why: Ending; after: number }[] = [];
  readonly watch: LimitWatch;
  bytes = 0;
  calls = 0;
  met: boolean | "unknown" | Promise<boolean> = false;
  unreadable = false;
  asked = 0;
  #lastGrowth = performance.now();

  constructor(limits: Readonly<Record<string, number>>, { age = 0, captured = true } = {}) {
    const since = performance.now();
    const visible: Visible = {
      age,
      output: captured ? this.#output() : null,
      lastCall: () => {
        if (this.unreadable) throw new Error("the store cannot be read");
        return this.calls === 0 ? null : (this.calls as Moment);
      },
      obligationsMet: async () => {
        this.asked++;
        if (this.met === "unknown") throw new Error("the disk is full");
        return this.met;
      },
    };
    this.watch = new LimitWatch({ ...NO_LIMITS, ...limits }, visible, (why) =>
      this.ends.push({ why, after: performance.now() - since }),
    );
  }

  print(): void {
    this.bytes += 100;
    this.#lastGrowth = performance.now();
  }

  #output(): NonNullable<Visible["output"]> {
    const bytes = () => this.bytes;
    const lastGrowth = () => this.#lastGrowth;
    return {
      get bytes() {
        return bytes();
      },
      get lastGrowth() {
        return lastGrowth();
      },
    };
  }
}

/** Lets seconds pass, doing something at the end of each. */
async function seconds(count: number, act = () => {}): Promise<void> {
  for (let second = 0; second < count; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    act();
  }
}

describe("timeout", () => {
  test("ends an attempt once, whatever it does", async () => {
    const seen = new Watched({ timeout: 5000 });
    await seconds(20, () => seen.print());
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "wall", amount: 5000 } }]);
    expect(seen.ends[0]?.after).toBeCloseTo(5000, -2);
  });

  test("counts from the attempt's first start, also where another runa has taken it over since", async () => {
    const seen = new Watched({ timeout: 5000 }, { age: 3000 });
    await seconds(20);
    expect(seen.ends[0]?.after).toBeCloseTo(2000, -2);
  });

  test("that was over before it was taken over ends it at once, but not before its watch is there", async () => {
    const seen = new Watched({ timeout: 5000 }, { age: 9000 });
    expect(seen.ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.ends).toHaveLength(1);
  });

  test("longer than a timer can be is no timeout of nothing", async () => {
    const seen = new Watched({ timeout: 2 ** 31 + 5000 }, { captured: false });
    await seconds(10);
    expect(seen.ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 ** 31);
    expect(seen.ends).toHaveLength(1);
  });
});

describe("idle_timeout", () => {
  test("does not end what prints, and ends it when it prints no more", async () => {
    const seen = new Watched({ idleTimeout: 3000 });
    await seconds(30, () => seen.print());
    expect(seen.ends).toEqual([]);
    await seconds(5);
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "idle", amount: 3000 } }]);
  });

  test("does not end what prints nothing and calls tools", async () => {
    const seen = new Watched({ idleTimeout: 3000 });
    await seconds(30, () => seen.calls++);
    expect(seen.ends).toEqual([]);
    await seconds(5);
    expect(seen.ends).toHaveLength(1);
  });
});

describe("settle", () => {
  test("ends what is silent and has delivered everything, as settled", async () => {
    const seen = new Watched({ settle: 2000 });
    seen.met = true;
    await seconds(10, () => seen.print());
    expect(seen.ends).toEqual([]);
    await seconds(4);
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "settled" }]);
  });

  test("asks again whether something is owed after each further settle of silence", async () => {
    const seen = new Watched({ settle: 2000 });
    await seconds(21);
    expect(seen.asked).toBe(10);
    seen.calls++;
    await seconds(10);
    expect(seen.asked).toBeLessThanOrEqual(15);
    expect(seen.ends).toEqual([]);
    // A file was written, and nothing was heard of it.
    seen.met = true;
    await seconds(3);
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "settled" }]);
  });

  test("does not ask again before it was answered", async () => {
    const seen = new Watched({ settle: 2000 });
    seen.met = new Promise(() => {});
    await seconds(30);
    expect(seen.asked).toBe(1);
  });

  test("goes on when it cannot be seen whether something is owed", async () => {
    const seen = new Watched({ settle: 2000, idleTimeout: 6000 });
    seen.met = "unknown";
    await seconds(10);
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "idle", amount: 6000 } }]);
  });

  test("with something owed leaves it to idle_timeout", async () => {
    const seen = new Watched({ settle: 2000, idleTimeout: 6000 });
    await seconds(10);
    expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "idle", amount: 6000 } }]);
  });
});

test("output_limit ends what has written more, and only where the output is captured", async () => {
  const seen = new Watched({ outputLimit: 1000 });
  await seconds(1, () => {
    seen.bytes = 1001;
  });
  await seconds(1);
  expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "output", amount: 1000 } }]);
  const unseen = new Watched({ outputLimit: 1000 }, { captured: false });
  unseen.bytes = 5000;
  await seconds(10);
  expect(unseen.ends).toEqual([]);
});

test("an agent whose output is not captured may print unseen: only its timeout counts", async () => {
  const seen = new Watched({ idleTimeout: 1000, settle: 1000, timeout: 60_000 }, { captured: false });
  seen.met = true;
  await seconds(50);
  expect(seen.ends).toEqual([]);
  expect(seen.asked).toBe(0);
  await seconds(15);
  expect(seen.ends.map(({ why }) => why)).toEqual([{ kind: "limit", limit: { kind: "wall", amount: 60_000 } }]);
});

test("a store that cannot be read for a while ends nothing, and nothing is lost by it", async () => {
  const seen = new Watched({ idleTimeout: 3000 });
  seen.unreadable = true;
  await seconds(10);
  expect(seen.ends).toEqual([]);
  seen.unreadable = false;
  await seconds(1);
  expect(seen.ends).toHaveLength(1);
});

test("nothing is ended after it was closed", async () => {
  const seen = new Watched({ timeout: 1000, idleTimeout: 1000, settle: 1000 });
  seen.met = true;
  seen.watch.close();
  await seconds(10);
  expect(seen.ends).toEqual([]);
});
