import { type Play, UNSCOPED } from "../real-project.ts";

const FIXTURES = "work-unit-178-test-fixtures";
const RECORD = "work-unit-184-research-record-work-unit";

/** As the first one, with research that four protocols may produce. */
export const groundworkMay: Play = {
  methodology: "groundwork-2026-05",
  counts: "12 artifact types, 10 protocols",
  stages: [
    {
      about: "a request and research",
      place: {
        request: ["valid-request.json"],
        "research-record": ["valid-research-record.json", "valid-research-record-scoped.json"],
      },
      expected: {
        [UNSCOPED]: `
          READY survey <- request/valid-request (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          WAITING decompose: on_artifact(requirements)
          run: survey (decompose) => 3`,
      },
    },
    {
      about: "research that is invalid reopens all that may have written it, in the scopes that count it",
      place: {
        requirements: ["valid-requirements.json"],
        "work-unit": ["valid-work-unit.json"],
        claim: ["valid-claim.json"],
        "behavior-contract": ["valid-behavior-contract.json"],
        "research-record": ["invalid-research-record-bad-work-unit.json"],
      },
      expected: {
        [UNSCOPED]: `
          READY survey <- request/valid-request (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          READY decompose <- requirements/valid-requirements (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          run: survey decompose => 0`,
        [FIXTURES]: `
          READY plan <- behavior-contract/valid-behavior-contract (research-record/valid-research-record)
          WAITING take: outputs are current
          WAITING specify: outputs are current
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: plan (implement) (verify) (document) (submit) (land) => 3`,
      },
    },
    {
      about: "it goes; a plan that is invalid",
      remove: ["research-record/invalid-research-record-bad-work-unit"],
      place: { "implementation-plan": ["invalid-implementation-plan.json"] },
      expected: {
        [UNSCOPED]: `
          WAITING survey: outputs are current
          WAITING decompose: outputs are current
          run: => 0`,
        [FIXTURES]: `
          READY plan <- behavior-contract/valid-behavior-contract (research-record/valid-research-record)
          WAITING take: outputs are current
          WAITING specify: outputs are current
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: plan (implement) (verify) (document) (submit) (land) => 3`,
        [RECORD]: `
          READY take <- work-unit/valid-work-unit
          WAITING specify: on_artifact(claim)
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: take (specify) (plan) (implement) (verify) (document) (submit) (land) => 3`,
      },
    },
    {
      about: "all is there, and the invalid plan too",
      place: {
        "implementation-plan": ["valid-implementation-plan.json"],
        "test-evidence": ["valid-test-evidence.json"],
        "completion-evidence": ["valid-completion-evidence.json"],
        "documentation-record": ["valid-documentation-record.json"],
        patch: ["valid-patch.json"],
        "completion-record": ["valid-completion-record.json"],
      },
      expected: {
        [FIXTURES]: `
          READY plan <- behavior-contract/valid-behavior-contract (research-record/valid-research-record)
          WAITING take: outputs are current
          WAITING specify: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING document: outputs are current
          WAITING submit: outputs are current
          WAITING land: outputs are current
          run: plan (implement) (verify) (document) (submit) (land) => 0`,
      },
    },
  ],
  unhealthy: ["implementation-plan/invalid-implementation-plan is invalid"],
  rehearsal: {
    place: { request: ["valid-request.json"], "research-record": ["valid-research-record.json"] },
    scopes: [UNSCOPED, FIXTURES],
    types: [
      "behavior-contract",
      "claim",
      "completion-evidence",
      "completion-record",
      "documentation-record",
      "implementation-plan",
      "patch",
      "request",
      "requirements",
      "research-record",
      "test-evidence",
      "work-unit",
    ],
  },
};
