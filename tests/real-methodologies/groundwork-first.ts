import { type Play, UNSCOPED } from "../real-project.ts";

const FIXTURES = "issue-178.test-fixtures";
const RECORD = "issue-184.research-record-work-unit";
const INVALID = "Invalid Work Unit";

/** Two unscoped protocols, then eight scoped ones in a line; many inputs are invalid, one is no JSON. */
export const groundworkFirst: Play = {
  methodology: "groundwork-0.1.0",
  counts: "12 artifact types, 10 protocols",
  stages: [
    {
      about: "a valid request beside an invalid one; requirements that are invalid",
      place: { request: ["valid-request.json", "invalid-request.json"], requirements: ["invalid-requirements.json"] },
      expected: {
        [UNSCOPED]: `
          READY survey <- request/valid-request
          WAITING decompose: on_artifact(requirements)
          run: survey (decompose) => 3`,
      },
    },
    {
      about: "requirements, issues and research, valid and invalid",
      place: {
        requirements: ["valid-requirements.json", "requirements-2.json"],
        issue: ["valid-issue.json", "invalid-issue.json"],
        "research-record": [
          "valid-research-record.json",
          "valid-research-record-scoped.json",
          "invalid-research-record.json",
          "invalid-research-record-bad-work-unit.json",
        ],
      },
      expected: {
        [UNSCOPED]: `
          READY survey <- request/valid-request (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          READY decompose <- requirements/requirements-2 requirements/valid-requirements (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          run: survey decompose => 0`,
        [FIXTURES]: `
          READY begin <- issue/valid-issue
          WAITING specify: on_artifact(claim)
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: begin (specify) (plan) (implement) (verify) (document) (submit) (land) => 3`,
      },
    },
    {
      about: "three claims, one of them invalid: what names an odd work unit belongs to it all the same",
      place: { issue: ["issue-other.json"], claim: ["valid-claim.json", "claim-other.json", "invalid-claim.json"] },
      expected: {
        [FIXTURES]: `
          READY specify <- claim/valid-claim issue/issue-other issue/valid-issue (research-record/valid-research-record)
          WAITING begin: outputs are current
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: specify (plan) (implement) (verify) (document) (submit) (land) => 3`,
        [RECORD]: `
          READY specify <- claim/claim-other issue/issue-other issue/valid-issue (research-record/valid-research-record) (research-record/valid-research-record-scoped)
          WAITING begin: outputs are current
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: specify (plan) (implement) (verify) (document) (submit) (land) => 3`,
        [INVALID]: `
          READY begin <- issue/issue-other issue/valid-issue
          WAITING specify: on_artifact(claim)
          WAITING plan: on_artifact(behavior-contract)
          WAITING implement: on_artifact(implementation-plan)
          WAITING verify: on_artifact(test-evidence)
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: begin (specify) (plan) (implement) (verify) (document) (submit) (land) => 3`,
      },
    },
    {
      about: "what is no JSON belongs to no work unit",
      place: {
        "behavior-contract": ["valid-behavior-contract.json"],
        "implementation-plan": ["valid-implementation-plan.json"],
        "test-evidence": ["valid-test-evidence.json", "not-json.json"],
      },
      expected: {
        [FIXTURES]: `
          READY implement <- behavior-contract/valid-behavior-contract implementation-plan/valid-implementation-plan
          READY verify <- behavior-contract/valid-behavior-contract test-evidence/valid-test-evidence issue/issue-other issue/valid-issue
          WAITING begin: outputs are current
          WAITING specify: outputs are current
          WAITING plan: outputs are current
          WAITING document: on_artifact(completion-evidence)
          WAITING submit: on_artifact(documentation-record)
          WAITING land: on_artifact(patch)
          run: implement verify (document) (submit) (land) => 3`,
      },
    },
    {
      about: "the rest of one work unit",
      place: {
        "completion-evidence": ["valid-completion-evidence.json"],
        "documentation-record": ["valid-documentation-record.json"],
        patch: ["valid-patch.json"],
        "completion-record": ["valid-completion-record.json"],
      },
      expected: {
        [FIXTURES]: `
          READY implement <- behavior-contract/valid-behavior-contract implementation-plan/valid-implementation-plan
          WAITING begin: outputs are current
          WAITING specify: outputs are current
          WAITING plan: outputs are current
          WAITING verify: outputs are current
          WAITING document: outputs are current
          WAITING submit: outputs are current
          WAITING land: outputs are current
          run: implement (verify) (document) (submit) (land) => 0`,
      },
    },
    {
      about: "an invalid instance reopens the owner of its type, and nobody else",
      place: {
        "behavior-contract": ["invalid-behavior-contract.json"],
        "completion-evidence": ["invalid-completion-evidence.json"],
        patch: ["invalid-patch.json"],
      },
      expected: {
        [FIXTURES]: `
          READY specify <- claim/valid-claim issue/issue-other issue/valid-issue (research-record/valid-research-record)
          READY implement <- behavior-contract/valid-behavior-contract implementation-plan/valid-implementation-plan
          READY verify <- behavior-contract/valid-behavior-contract test-evidence/valid-test-evidence issue/issue-other issue/valid-issue
          READY submit <- completion-evidence/valid-completion-evidence documentation-record/valid-documentation-record
          WAITING begin: outputs are current
          WAITING plan: outputs are current
          WAITING document: outputs are current
          WAITING land: outputs are current
          run: specify (plan) implement verify (document) submit (land) => 0`,
      },
    },
  ],
  unhealthy: [
    "request/invalid-request is invalid",
    "requirements/invalid-requirements is invalid",
    "issue/invalid-issue is invalid",
    "claim/invalid-claim is invalid",
    "behavior-contract/invalid-behavior-contract is invalid",
    "test-evidence/not-json is malformed",
    "completion-evidence/invalid-completion-evidence is invalid",
    "patch/invalid-patch is invalid",
    "research-record/invalid-research-record is invalid",
    "research-record/invalid-research-record-bad-work-unit is invalid",
  ],
  rehearsal: {
    place: { request: ["valid-request.json"] },
    scopes: [UNSCOPED, FIXTURES],
    types: [
      "behavior-contract",
      "claim",
      "completion-evidence",
      "completion-record",
      "documentation-record",
      "implementation-plan",
      "issue",
      "patch",
      "request",
      "requirements",
      "test-evidence",
    ],
  },
};
