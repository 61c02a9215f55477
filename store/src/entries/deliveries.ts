// What attempts and people deliver, and where it comes from.

export { writeDecision } from "../record/decide.ts";
export {
  confirmArtifact,
  type Deliverer,
  deliverArtifact,
  RefusedError,
  recordRefusal,
  recordServerFailure,
  recordServerStart,
  type ValidArtifact,
  withdrawArtifact,
} from "../record/delivery.ts";
export type { EarlierDelivery, HeardDelivery } from "../record/delivery-table.ts";
export { makingOf } from "../record/making.ts";
export { type Origin, originsOf } from "../record/origin.ts";

// What became of instances, and of what an attempt was given.

export {
  type AttemptFacts,
  attemptFacts,
  changesOf,
  claimOf,
  type LoggedChange,
  redelivered,
  takenAwayBy,
} from "../record/instance-history.ts";
