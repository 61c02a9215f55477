import { loadSchemaCompiler, type SchemaCompiler, type SchemaSource, type Validator } from "@runa/store/schema";
import { type Annotation, isDecision } from "./annotation.ts";
import { judgingRevocations, REVOCATION } from "./revocation.ts";

/** The compiler of a methodology's schemas; loaded at most once, and only when a file has to be validated. */
export class LazyCompiler {
  #loaded: Promise<SchemaCompiler> | undefined;
  #revocation: Promise<Validator> | undefined;

  /**
   * @param annotation what the schema says of its type
   * @param checked the schema is known to be a valid one of its dialect
   */
  async compile(
    { schema, exact }: Pick<SchemaSource, "schema" | "exact">,
    annotation: Annotation | null,
    checked: boolean,
  ): Promise<Validator> {
    this.#loaded ??= loadSchemaCompiler();
    const compile = await this.#loaded;
    const own = await compile(schema, { checked, exact });
    if (!isDecision(annotation)) return own;
    return judgingRevocations(own, () => {
      this.#revocation ??= compile(REVOCATION, { checked: true });
      return this.#revocation;
    });
  }
}
