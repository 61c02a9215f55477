// Schemas and judging by them.

export {
  type Dialect,
  dialectOf,
  identifierKeyword,
  knownDialect,
  refsStandAlone,
  SchemaError,
} from "../schema/dialect.ts";
export { pointedAt } from "../schema/exactness.ts";
export {
  innerSchemas,
  isSchema,
  isSchemaObject,
  KEYWORDS,
  type Keyword,
  knows,
  type SchemaObject,
} from "../schema/keywords.ts";
export { parseKnownSchema, parseSchema, type SchemaSource } from "../schema/source.ts";
export { loadSchemaCompiler, type SchemaCompiler, type Validator } from "../schema/validator.ts";
