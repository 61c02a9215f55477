// What was there before: as it was, what changed, and what is kept of it.

export type { DifferenceAnswer, SideEntry } from "../answers/diff.ts";
export { type ForgetAnswer, forget } from "../answers/forget.ts";
export { collectContents, type GcAnswer } from "../answers/gc.ts";
export { loadDiff } from "../answers/load-diff.ts";
export {
  type ContentAnswer,
  openPast,
  type PastInstanceAnswer,
  type PastTypeAnswer,
  type PastTypesAnswer,
  type PointEntry,
  type VersionEntry,
} from "../answers/past.ts";
export type { JsonChange } from "../history/json-diff.ts";
export type { DiffLine } from "../history/line-diff.ts";
export type { When } from "../history/point.ts";
export { projectAt } from "../history/project-at.ts";
