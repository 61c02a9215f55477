// The event log, and its events as documents and words.

export {
  EVENT_KINDS,
  type EventBodies,
  type EventFilter,
  type EventKind,
  isEventKind,
  type LogEvent,
} from "@runa/store/log";
export { eventDocument } from "../answers/event-document.ts";
export { EventLog, openEventLog } from "../answers/event-log.ts";
export { loggedOutcomeText } from "../answers/logged-outcome-text.ts";
export { reopeningReasons } from "../reasons/reopening.ts";
