import { type Play, UNSCOPED } from "../real-project.ts";

/** A line of unscoped protocols, the last of which feeds the first of the next round. */
export const gazette: Play = {
  methodology: "gazette-0.2.0",
  counts: "8 artifact types, 6 protocols",
  stages: [
    {
      about: "the commission",
      place: { brief: ["brief/weforge-001.json"] },
      expected: {
        [UNSCOPED]: `
          READY survey <- brief/weforge-001
          WAITING report: on_artifact(beat)
          WAITING edit: on_artifact(dispatch)
          WAITING write: on_artifact(lineup)
          WAITING factcheck: on_artifact(draft)
          WAITING publish: on_artifact(grounding)
          run: survey (report) (edit) (write) (factcheck) (publish) => 3`,
      },
    },
    {
      about: "two protocols are done; what one scan finds is of one age",
      place: { beat: ["beat/weforge-001.json"], dispatch: ["dispatch/weforge-001.json"] },
      expected: {
        [UNSCOPED]: `
          READY edit <- beat/weforge-001 dispatch/weforge-001
          WAITING survey: outputs are current
          WAITING report: outputs are current
          WAITING write: on_artifact(lineup)
          WAITING factcheck: on_artifact(draft)
          WAITING publish: on_artifact(grounding)
          run: edit (write) (factcheck) (publish) => 3`,
      },
    },
    {
      about: "an output that is invalid",
      place: {
        lineup: ["lineup/weforge-001.json"],
        draft: ["draft/weforge-001.json"],
        grounding: ["grounding/bad.json"],
      },
      expected: {
        [UNSCOPED]: `
          READY factcheck <- draft/weforge-001 dispatch/weforge-001
          WAITING survey: outputs are current
          WAITING report: outputs are current
          WAITING edit: outputs are current
          WAITING write: outputs are current
          WAITING publish: on_artifact(grounding)
          run: factcheck (publish) => 3`,
      },
    },
    {
      about: "a valid one beside it lets the next one begin, but does not finish this one",
      place: { grounding: ["grounding/weforge-001.json"] },
      expected: {
        [UNSCOPED]: `
          READY factcheck <- draft/weforge-001 dispatch/weforge-001
          READY publish <- draft/weforge-001 grounding/weforge-001 lineup/weforge-001 beat/weforge-001
          WAITING survey: outputs are current
          WAITING report: outputs are current
          WAITING edit: outputs are current
          WAITING write: outputs are current
          run: factcheck publish => 0`,
      },
    },
    {
      about: "the invalid one goes, the rest comes",
      remove: ["grounding/bad"],
      place: { issue: ["issue/weforge-001.json"], ledger: ["ledger/ledger.json"] },
      expected: {
        [UNSCOPED]: `
          WAITING survey: outputs are current
          WAITING report: outputs are current
          WAITING edit: outputs are current
          WAITING write: outputs are current
          WAITING factcheck: outputs are current
          WAITING publish: outputs are current
          run: => 0`,
      },
    },
    {
      about: "a second commission reopens the line; the ledger is accepted",
      place: { brief: ["brief/weforge-002.json"] },
      expected: {
        [UNSCOPED]: `
          READY survey <- brief/weforge-001 brief/weforge-002 (ledger/ledger)
          WAITING report: outputs are current
          WAITING edit: outputs are current
          WAITING write: outputs are current
          WAITING factcheck: outputs are current
          WAITING publish: outputs are current
          run: survey (report) (edit) (write) (factcheck) (publish) => 0`,
      },
    },
  ],
  unhealthy: [],
  rehearsal: {
    place: { brief: ["brief/weforge-001.json"] },
    scopes: [UNSCOPED],
    types: ["beat", "brief", "dispatch", "draft", "grounding", "issue", "ledger", "lineup"],
  },
};
