// Contents, kept under their hashes.

export { type Content, contentNamed } from "../contents/content.ts";
export { instanceContents } from "../contents/instance-content.ts";
export { contentsBeginning, type FoundContent, readContent } from "../contents/read.ts";

// Removing what nothing rests on any more, and erasing one.

export { attemptsHolding, emptyWriteLog, forgetContent } from "../pruning/forget.ts";
export { type ContentCount, type Pruned, prunable, pruneContents } from "../pruning/prune.ts";

// How instances came, changed and went.

export { eventAt, eventTime } from "../record/event-log.ts";
export { changesIn } from "../record/instance-history.ts";
