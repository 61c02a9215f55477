// Contents, kept under their hashes.

export { type Content, contentNamed } from "../contents/content.ts";
export { instanceContents } from "../contents/instance-content.ts";
export { contentsBeginning, type FoundContent, readContent } from "../contents/read.ts";

// How instances came, changed and went.

export { eventAt, eventTime } from "../record/event-log.ts";
export { changesIn } from "../record/instance-history.ts";
