export { UnservableError } from "./schema/input-schema.ts";
export { type CallRecord, type ServeOptions, type Serving, serve } from "./server.ts";
