import { type Play, UNSCOPED } from "../real-project.ts";

const A = "work-unit-a";
const B = "work-unit-b";

/** A single scoped protocol: whose artifacts are whose. */
export const scopeFixture: Play = {
  methodology: "runa-scope-fixture",
  counts: "5 artifact types, 1 protocol",
  stages: [
    {
      about: "nothing is there",
      expected: {
        [UNSCOPED]: `
          run: => 0`,
        [A]: `
          WAITING consume: on_artifact(request)
          run: => 3`,
      },
    },
    {
      about: "a request for each of two work units",
      place: { request: ["request/request-a.json", "request/request-b.json"] },
      expected: {
        [UNSCOPED]: `
          run: => 0`,
        [A]: `
          READY consume <- request/request-a
          run: consume => 0`,
        [B]: `
          READY consume <- request/request-b
          run: consume => 0`,
      },
    },
    {
      about: "records of one work unit, of all of them, and one that is invalid",
      place: {
        "required-record": ["required-record/owner-a.json"],
        "cross-record": ["cross-record/shared.json"],
        "invalid-record": ["invalid-record/invalid-a.json"],
      },
      expected: {
        [A]: `
          READY consume <- request/request-a (required-record/owner-a) (cross-record/shared)
          run: consume => 0`,
        [B]: `
          READY consume <- request/request-b (cross-record/shared)
          run: consume => 0`,
      },
    },
    {
      about: "one of the two is done",
      place: { result: ["result/result-a.json"] },
      expected: {
        [A]: `
          WAITING consume: outputs are current
          run: => 0`,
        [B]: `
          READY consume <- request/request-b (cross-record/shared)
          run: consume => 0`,
      },
    },
  ],
  unhealthy: ["invalid-record/invalid-a is invalid"],
  rehearsal: {
    place: {
      request: ["request/request-a.json", "request/request-b.json"],
      "cross-record": ["cross-record/shared.json"],
    },
    scopes: [A, B],
    types: ["cross-record", "request", "result"],
  },
};
