// Everything that `lint` needs and no other command: loaded as one, when it is asked for.
export { lintPath } from "../methodology/lint/lint-methodology.ts";
export { lintDocument } from "./lint-document.ts";
export { sarifLog } from "./sarif-log.ts";
