import { type Play, UNSCOPED } from "../real-project.ts";

const MACHINE = "work-unit-492-contract-machine";

/** The review loop, step by step: on_change, a choice group, and feedback that reopens. */
export const groundworkContract: Play = {
  methodology: "groundwork-0.3.0-rc.1-contract",
  counts: "12 artifact types, 9 protocols",
  stages: [
    {
      about: "an intent of another version",
      place: { intent: ["intent-v1.json"] },
      expected: {
        [UNSCOPED]: `
          WAITING survey: on_artifact(intent)
          WAITING decompose: on_artifact(requirements)
          run: => 3`,
      },
    },
    {
      about: "intents and research; `format` is an annotation, so a bad URI is none",
      place: {
        intent: ["intent.json", "intent-with-target.json"],
        "research-record": ["research-shared.json", "research-scoped.json", "research-bad-uri.json"],
      },
      expected: {
        [UNSCOPED]: `
          READY survey <- intent/intent intent/intent-with-target (research-record/research-bad-uri) (research-record/research-scoped) (research-record/research-shared)
          WAITING decompose: on_artifact(requirements)
          run: survey (decompose) => 3`,
        [MACHINE]: `
          WAITING define: on_artifact(work-unit)
          WAITING plan: on_artifact(contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: => 3`,
      },
    },
    {
      about: "a protocol that requires nothing follows its trigger",
      place: { requirements: ["requirements.json"] },
      expected: {
        [UNSCOPED]: `
          READY decompose <- (requirements/requirements) (research-record/research-bad-uri) (research-record/research-scoped) (research-record/research-shared)
          WAITING survey: outputs are current
          run: decompose => 0`,
      },
    },
    {
      about: "evidence that is invalid",
      place: {
        "work-unit": ["work-unit.json"],
        contract: ["contract.json"],
        "implementation-plan": ["implementation-plan.json"],
        "test-evidence": ["test-evidence.json"],
        "completion-evidence": ["completion-evidence-manual-with-run.json"],
      },
      expected: {
        [UNSCOPED]: `
          WAITING survey: outputs are current
          WAITING decompose: outputs are current
          run: => 0`,
        [MACHINE]: `
          READY verify <- contract/contract test-evidence/test-evidence work-unit/work-unit (implementation-plan/implementation-plan)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING submit: on_artifact(completion-evidence), on_artifact(change-needs-revision)
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: verify (submit) (review) => 3`,
      },
    },
    {
      about: "evidence that is valid, and a proposal",
      remove: ["completion-evidence/completion-evidence-manual-with-run"],
      place: { "completion-evidence": ["completion-evidence.json"], "change-proposal": ["change-proposal-v1.json"] },
      expected: {
        [MACHINE]: `
          READY review <- change-proposal/change-proposal-v1 contract/contract (work-unit/work-unit) (implementation-plan/implementation-plan) (completion-evidence/completion-evidence)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          WAITING land: on_artifact(change-approved)
          run: review => 3`,
      },
    },
    {
      about: "a revision is asked for: the proposal is reopened, and nobody owes the landing",
      place: { "change-needs-revision": ["change-needs-revision-v1.json"] },
      expected: {
        [MACHINE]: `
          READY submit <- completion-evidence/completion-evidence contract/contract (change-proposal/change-proposal-v1) (change-needs-revision/change-needs-revision-v1)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING review: on_change(change-proposal)
          WAITING land: on_artifact(change-approved)
          run: submit (review) (submit) => 0`,
      },
    },
    {
      about: "the revised proposal is newer than the review",
      place: { "change-proposal": ["change-proposal-v2.json"] },
      expected: {
        [MACHINE]: `
          READY review <- change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 contract/contract (work-unit/work-unit) (implementation-plan/implementation-plan) (completion-evidence/completion-evidence)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          WAITING land: on_artifact(change-approved)
          run: review => 3`,
      },
    },
    {
      about: "both members of the choice are there",
      place: { "change-approved": ["change-approved-v2.json"] },
      expected: {
        [MACHINE]: `
          READY review <- change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 contract/contract (work-unit/work-unit) (implementation-plan/implementation-plan) (completion-evidence/completion-evidence)
          READY land <- change-approved/change-approved-v2 change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 (contract/contract) (completion-evidence/completion-evidence) (work-unit/work-unit)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          run: review land => 0`,
      },
    },
    {
      about: "one is left: a branch of the trigger that is no longer true reopens nothing",
      remove: ["change-needs-revision/change-needs-revision-v1"],
      expected: {
        [MACHINE]: `
          READY land <- change-approved/change-approved-v2 change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 (contract/contract) (completion-evidence/completion-evidence) (work-unit/work-unit)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          WAITING review: on_change(change-proposal)
          run: land => 0`,
      },
    },
    {
      about: "landed",
      place: { "completion-record": ["completion-record.json"] },
      expected: {
        [MACHINE]: `
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          WAITING submit: outputs are current
          WAITING review: on_change(change-proposal)
          WAITING land: outputs are current
          run: => 0`,
      },
    },
    {
      about: "an approval with a blocking finding and a proposal with a bad branch; a bad timestamp is an annotation",
      place: {
        "change-approved": ["change-approved-bad-timestamp.json", "change-approved-with-blocking.json"],
        "change-proposal": ["change-proposal-bad-branch.json"],
      },
      expected: {
        [MACHINE]: `
          READY submit <- completion-evidence/completion-evidence contract/contract (change-proposal/change-proposal-v1) (change-proposal/change-proposal-v2)
          READY review <- change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 contract/contract (work-unit/work-unit) (implementation-plan/implementation-plan) (completion-evidence/completion-evidence)
          READY land <- change-approved/change-approved-bad-timestamp change-approved/change-approved-v2 change-proposal/change-proposal-v1 change-proposal/change-proposal-v2 (contract/contract) (completion-evidence/completion-evidence) (work-unit/work-unit)
          WAITING define: outputs are current
          WAITING plan: outputs are current
          WAITING implement: outputs are current
          WAITING verify: outputs are current
          run: submit review land => 0`,
      },
    },
  ],
  unhealthy: [
    "intent/intent-v1 is invalid",
    "change-proposal/change-proposal-bad-branch is invalid",
    "change-approved/change-approved-with-blocking is invalid",
  ],
  rehearsal: {
    place: { intent: ["intent.json"], "research-record": ["research-shared.json", "research-scoped.json"] },
    scopes: [UNSCOPED, MACHINE],
    types: [
      "change-approved",
      "change-proposal",
      "completion-evidence",
      "completion-record",
      "contract",
      "implementation-plan",
      "intent",
      "requirements",
      "research-record",
      "test-evidence",
      "work-unit",
    ],
  },
};
