// From the store: schemas, and what JSON can hold.

export { escapedStep, type Loss, lossesOf, MAX_BYTES, MAX_DEPTH } from "@runa/store/json";
export {
  type Dialect,
  identifierKeyword,
  isSchema,
  isSchemaObject,
  KEYWORDS,
  type Keyword,
  knownDialect,
  knows,
  pointedAt,
  refsStandAlone,
  type SchemaObject,
} from "@runa/store/schema";
