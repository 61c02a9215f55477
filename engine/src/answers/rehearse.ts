// Everything that `rehearse` needs and no other command: loaded as one, when it is asked for.
export { loadMethodology } from "../methodology/methodology.ts";
export { accountOf } from "../rehearsal/account.ts";
export { makeInputs } from "../rehearsal/inputs.ts";
export { copyOf, emptyPlace } from "../rehearsal/place.ts";
export { rehearse } from "../rehearsal/rehearse.ts";
export { rehearsalAnswer } from "./rehearsal-answer.ts";
