import { loadSchemaCompiler, type SchemaCompiler, type SchemaSource, type Validator } from "@runa/store/schema";

/** The compiler of a methodology's schemas; loaded at most once, and only when a file has to be validated. */
export class LazyCompiler {
  #loaded: Promise<SchemaCompiler> | undefined;

  /** @param checked the schema is known to be a valid one of its dialect */
  compile({ schema, exact }: Pick<SchemaSource, "schema" | "exact">, checked: boolean): Promise<Validator> {
    this.#loaded ??= loadSchemaCompiler();
    return this.#loaded.then((compile) => compile(schema, { checked, exact }));
  }
}
