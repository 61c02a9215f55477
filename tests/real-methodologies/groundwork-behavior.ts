import { type Play, UNSCOPED } from "../real-project.ts";

const FIXTURES = "work-unit-178-test-fixtures";
const GATE = "work-unit-454-runtime-gate-form";

/** Conditional schemas, a choice of two reviews, and tables in the manifest that runa does not know. */
export const groundworkBehavior: Play = {
  methodology: "groundwork-0.3.0-rc.1-behavior",
  counts: "12 artifact types, 9 protocols",
  stages: [
    {
      about: "up to the work units",
      place: {
        request: ["request.json"],
        requirements: ["requirements.json"],
        "work-unit": ["work-unit.json", "work-unit-gate.json"],
      },
      expected: {
        [UNSCOPED]: `
          WAITING survey: outputs are current
          WAITING decompose: outputs are current
          run: => 0`,
        [FIXTURES]: `
          READY take <- work-unit/work-unit work-unit/work-unit-gate
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: take (plan) (implement) (verify) (submit) (review) => 3`,
      },
    },
    {
      about: "contracts in both forms, and one that mixes them",
      place: {
        "behavior-contract": [
          "behavior-contract.json",
          "behavior-contract-gate.json",
          "behavior-contract-gate-with-scenarios.json",
        ],
        "implementation-plan": ["implementation-plan-scenario-with-gates.json"],
      },
      expected: {
        [FIXTURES]: `
          READY take <- work-unit/work-unit work-unit/work-unit-gate
          READY plan <- behavior-contract/behavior-contract (work-unit/work-unit) (work-unit/work-unit-gate)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: take plan (implement) (verify) (submit) (review) => 3`,
        [GATE]: `
          READY plan <- behavior-contract/behavior-contract-gate (work-unit/work-unit) (work-unit/work-unit-gate)
          WAITING take: outputs are current
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: plan (implement) (verify) (submit) (review) => 3`,
      },
    },
    {
      about: "evidence that contradicts itself",
      remove: [
        "behavior-contract/behavior-contract-gate-with-scenarios",
        "implementation-plan/implementation-plan-scenario-with-gates",
      ],
      place: {
        "implementation-plan": ["implementation-plan.json"],
        "test-evidence": ["test-evidence.json"],
        "completion-evidence": ["completion-evidence-covered-with-failures.json"],
      },
      expected: {
        [FIXTURES]: `
          READY verify <- behavior-contract/behavior-contract test-evidence/test-evidence work-unit/work-unit work-unit/work-unit-gate (implementation-plan/implementation-plan)
          WAITING take: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: verify (submit) (review) => 3`,
      },
    },
    {
      about: "a first proposal, for which a revision is asked",
      remove: ["completion-evidence/completion-evidence-covered-with-failures"],
      place: {
        "completion-evidence": ["completion-evidence.json"],
        "change-proposal": ["change-proposal-v1.json"],
        "change-needs-revision": ["change-needs-revision-v1.json"],
      },
      expected: {
        [FIXTURES]: `
          WAITING take: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: => 0`,
      },
    },
    {
      about: "everything at once",
      place: {
        "change-proposal": ["change-proposal-v2.json", "change-proposal-bad-branch.json"],
        "change-approved": [
          "change-approved-v2.json",
          "change-approved-bad-timestamp.json",
          "change-approved-with-blocking.json",
        ],
        "completion-record": ["completion-record.json"],
      },
      expected: {
        [FIXTURES]: `
          READY submit <- completion-evidence/completion-evidence behavior-contract/behavior-contract (change-proposal/change-proposal-v1) (change-proposal/change-proposal-v2) (change-needs-revision/change-needs-revision-v1)
          READY review <- change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 behavior-contract/behavior-contract (work-unit/work-unit) (work-unit/work-unit-gate) (implementation-plan/implementation-plan) (completion-evidence/completion-evidence)
          WAITING take: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING land: outputs are current
          run: submit review (land) => 0`,
      },
    },
  ],
  unhealthy: [
    "change-proposal/change-proposal-bad-branch is invalid",
    "change-approved/change-approved-with-blocking is invalid",
  ],
  rehearsal: {
    place: { request: ["request.json"] },
    scopes: [UNSCOPED, FIXTURES],
    types: [
      "behavior-contract",
      "change-approved",
      "change-proposal",
      "completion-evidence",
      "completion-record",
      "implementation-plan",
      "request",
      "requirements",
      "test-evidence",
      "work-unit",
    ],
  },
};
