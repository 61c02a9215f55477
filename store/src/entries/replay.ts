// What was at an event, folded from the log; loaded when it is asked for.

export { keepCheckpoints, makeWhole } from "../replay/due.ts";
export { lookBack, type Past } from "../replay/look-back.ts";
export { type FoldVerdict, verifyFold } from "../replay/verify-fold.ts";
export { isCheckpointDue, isWhole } from "../replay/whole.ts";
