import { adoptAttempt, claimAttempt, type OpenAttempt, type Owner, unendedAttempts } from "@runa/store/attempts";
import { afterEach, expect, test, vi } from "vitest";
import { Interrupts } from "../src/process/interrupts.ts";
import { thisOwner } from "../src/process/owner.ts";
import type { OpenProject } from "../src/project/project.ts";
import { executeRun } from "../src/run/cascade.ts";
import { executionIn, readyProject } from "./support/ready-project.ts";

// What every "look again" of the cascade comes from, so that it can be made to happen for ever.
vi.mock(import("@runa/store/attempts"), async (original) => {
  const store = await original();
  return {
    ...store,
    adoptAttempt: vi.fn(store.adoptAttempt),
    claimAttempt: vi.fn(store.claimAttempt),
    unendedAttempts: vi.fn(store.unendedAttempts),
  };
});

afterEach(() => vi.resetAllMocks());

const OTHER = "01800000-0000-7000-8000-000000000001";

/** Runs what there is to do; a signal comes as soon as `interrupted` says so. */
async function run(project: OpenProject): Promise<ReturnType<typeof executeRun>> {
  const interrupts = new Interrupts("boundary", () => {});
  try {
    return await executeRun(
      executionIn(project, interrupts),
      {
        workUnit: null,
        aim: { kind: "all" },
        once: false,
        wait: true,
        jobs: 1,
        maxAttempts: 0,
        timeLimit: null,
        maxCostUsd: 0,
        maxReopens: 1,
      },
      () => {},
    );
  } finally {
    interrupts.dispose();
  }
}

function openAttempt(owner: Owner): OpenAttempt {
  const times = { started: 0 as never, startedAt: 0 as never };
  return { id: OTHER, protocol: "draft", workUnit: null, ...times, owner, agent: null, place: null, fenced: false };
}

/** Each way of looking again, and what the run says when it never ends. */
const FOR_EVER = [
  {
    what: "a candidate that is executed elsewhere whenever it is claimed",
    happens: () => vi.mocked(claimAttempt).mockReturnValue({ kind: "outdated" }),
    says: "protocol 'draft' cannot be started",
  },
  {
    what: "a claim that an attempt obstructs which is over",
    happens: () => vi.mocked(claimAttempt).mockReturnValue({ kind: "obstructed", by: openAttempt(thisOwner()) }),
    says: `attempt ${OTHER} is over and still counts as what has to be waited for`,
  },
  {
    what: "an attempt whose runa is gone and that nobody can take over",
    happens: () => {
      const gone = openAttempt({ ...thisOwner(), startTime: "1" });
      vi.mocked(unendedAttempts).mockReturnValue([gone]);
      vi.mocked(claimAttempt).mockReturnValue({ kind: "obstructed", by: gone });
      vi.mocked(adoptAttempt).mockReturnValue(false);
    },
    says: `attempt ${OTHER} lost its runa and cannot be taken over: free its candidate with \`runa release ${OTHER.slice(0, 13)}\``,
  },
];

test.each(FOR_EVER)("$what: the run ends and says so", async ({ happens, says }) => {
  const project = await readyProject();
  happens();
  await expect(run(project)).rejects.toThrow(says);
});

test.each(FOR_EVER)("$what: a signal ends the run before that", async ({ happens }) => {
  const project = await readyProject();
  happens();
  // Asked in every turn.
  const asked = vi.mocked(claimAttempt);
  const answer = asked.getMockImplementation();
  asked.mockImplementation((...given) => {
    if (asked.mock.calls.length === 2) setImmediate(() => process.emit("SIGTERM"));
    return answer?.(...given) ?? { kind: "outdated" };
  });
  expect(await run(project)).toMatchObject({ outcome: "interrupted", reports: [] });
});
