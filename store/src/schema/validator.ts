import type { JsonSchema, Violation } from "../artifact.ts";
import type { ParsedJson } from "../json/parse.ts";
import { schemaInvalid } from "../messages.ts";
import type { FastValidator } from "./ajv.ts";
import { bounded, NotJudgedError } from "./bounded.ts";
import { type Dialect, dialectIn, SchemaError, withoutDialect, withoutIdentifier } from "./dialect.ts";
import { beyondAjv } from "./exactness.ts";
import { canTakeLong, patternsIn } from "./patterns.ts";
import { isPlainlyValid } from "./plainly-valid.ts";
import type { Resources, StandardValidator } from "./standard.ts";

/** A compiled schema: the violations of a value, none when it is valid. */
export interface Validator {
  /** @param exact the value with exact numbers, where doubles do not hold all of it (`ParsedJson`) */
  (value: unknown, exact?: unknown): Promise<readonly Violation[]>;
  /**
   * For each of many values whether it is valid; false also where that has to be asked for the value alone. Doubles have to
   * hold all of each.
   */
  acceptsEach(values: readonly unknown[]): readonly boolean[];
  /** Which library decides, and why not the faster one: for `doctor --verbose`. */
  readonly engine: { readonly name: "ajv" } | { readonly name: "hyperjump"; readonly because: string };
}

/** Compiles schemas of every dialect. Asynchronous: validators are slow to load, and loaded when one is first needed. */
export type SchemaCompiler = (schema: JsonSchema, options?: CompileOptions) => Promise<Validator>;

export interface CompileOptions {
  /** The schema is known to be a valid one of its dialect: compiling the metaschema takes longer than all the rest. */
  readonly checked?: boolean;
  /** The schema with exact numbers, where doubles do not hold all of it. */
  readonly exact?: JsonSchema | undefined;
}

const NO_RESOURCES: Resources = new Map();

/** The compiler that the product uses. */
export async function loadSchemaCompiler(): Promise<SchemaCompiler> {
  return schemaCompiler();
}

/**
 * A compiler: ajv decides where it is exact, because it is fast; everywhere else, and to say what is wrong, the
 * validator that follows the whole standard. Each is loaded when it is first needed.
 * @param resources schemas that others may refer to by URI
 */
export function schemaCompiler(resources: Resources = NO_RESOURCES): SchemaCompiler {
  return (schema, options = {}) =>
    compiled(schema, options, resources).catch(async (error: unknown) => {
      if (!(error instanceof SchemaError)) throw error;
      const { placed } = await import("./place.ts");
      throw placed(error, schema);
    });
}

async function compiled(
  given: JsonSchema,
  { checked = false, exact }: CompileOptions,
  resources: Resources,
): Promise<Validator> {
  const dialect = dialectIn(given, resources);
  let because = dialect === null ? "a dialect of its own" : beyondAjv(given, dialect);
  if (exact !== undefined) because ??= "a number that a double does not hold";
  if (dialect !== null && !checked) await checkSchema(given, dialect);
  // ajv gets only schemas whose references are pointers, and those need no identifier.
  const schema = because === null ? withoutIdentifier(given) : given;
  let standard: Promise<StandardValidator> | undefined;
  const explainer = () => {
    standard ??= import("./standard.ts").then(({ compileStandard }) =>
      compileStandard(exact ?? schema, dialect, resources),
    );
    return standard;
  };
  const fast = dialect !== null && because === null ? await compileFast(schema, dialect) : null;
  if (fast === null) because ??= "its size";
  // Compiled now, so that a schema that cannot be used says so now.
  const { accepts } = fast ?? (await explainer());
  const limited = fast === null || canTakeLong(schema);
  const validator = (value: unknown, exactValue?: unknown) =>
    judge(schema, { value, exact: exactValue }, exactValue === undefined ? fast : null, explainer, limited);
  return Object.assign(validator, {
    acceptsEach: (values: readonly unknown[]) => acceptsEach(accepts, values, limited),
    engine: because === null ? ({ name: "ajv" } as const) : ({ name: "hyperjump", because } as const),
  });
}

/** The time limit of many judgements at once, in milliseconds. */
const LIMIT_TOGETHER = 1_000;

/** Setting the time limit takes ten times as long as a judgement, so many share one; what exceeds it is judged singly. */
function acceptsEach(
  accepts: (value: unknown) => boolean,
  values: readonly unknown[],
  limited: boolean,
): readonly boolean[] {
  const all = () => values.map((value) => accepts(value));
  try {
    return limited ? bounded(all, LIMIT_TOGETHER) : all();
  } catch {
    return values.map(() => false);
  }
}

/** A value to be judged, and the same with exact numbers where doubles do not hold all of it. */
type Judged = Pick<ParsedJson, "value" | "exact">;

async function judge(
  schema: JsonSchema,
  { value, exact }: Judged,
  fast: FastValidator | null,
  explainer: () => Promise<StandardValidator>,
  limited: boolean,
): Promise<readonly Violation[]> {
  try {
    const verdict = fast === null ? null : quickVerdict(fast, value, limited);
    if (verdict === true) return [];
    if (verdict === null) {
      const { accepts } = await explainer();
      if (bounded(() => accepts(value, exact))) return [];
    }
    const first = verdict === false ? (fast?.firstViolation() ?? null) : null;
    if (isLarge(value)) return [first ?? TOO_LARGE_TO_EXPLAIN];
    return await explained({ value, exact }, explainer, first);
  } catch (error) {
    if (error instanceof NotJudgedError) return [unjudged(error, schema)];
    if (error instanceof RangeError) return [ENDLESS];
    throw error;
  }
}

/** What the fast validator says; null where its generated code fails, for instance because it takes more stack than there is. */
function quickVerdict({ accepts }: FastValidator, value: unknown, limited: boolean): boolean | null {
  try {
    return limited ? bounded(() => accepts(value)) : accepts(value);
  } catch (error) {
    if (error instanceof NotJudgedError) throw error;
    return null;
  }
}

/** What is wrong with a value that was refused; at least what the fast validator found first. */
async function explained(
  { value, exact }: Judged,
  explainer: () => Promise<StandardValidator>,
  first: Violation | null,
): Promise<readonly Violation[]> {
  try {
    const [{ violationsOf }, { explain }] = await Promise.all([import("./explain.ts"), explainer()]);
    const failed = bounded(() => explain(value, exact));
    // A refused value has a violation, also in the case, which should not be, that only the fast validator refuses it.
    return failed === null ? [first ?? TOO_LARGE_TO_EXPLAIN] : violationsOf(failed);
  } catch (error) {
    // The standard's validator refuses some schemas that the standard allows, for an identifier for instance.
    if (first === null) throw error;
    return [first];
  }
}

/** Above so many values an explanation would take more memory than it is worth. */
const LARGE = 200_000;

const TOO_LARGE_TO_EXPLAIN: Violation = {
  path: "",
  keyword: "schema",
  expected: "an artifact that fits its schema",
  got: "one that does not, too large to say where",
  message: "the artifact: does not fit its schema, and is too large to say where",
};

const ENDLESS: Violation = {
  path: "",
  keyword: "$ref",
  expected: "an artifact that can be judged",
  got: "one on which its schema leads back to itself without end, or too deep",
  message: "not judged: on this artifact its schema leads back to itself without end, or too deep",
};

function isLarge(value: unknown): boolean {
  let left = LARGE;
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const inner = Object.values(next);
    left -= inner.length;
    if (left < 0) return true;
    for (const item of inner) open.push(item ?? null);
  }
  return false;
}

function unjudged({ message }: NotJudgedError, schema: JsonSchema): Violation {
  const patterns = patternsIn(schema);
  const where = patterns.length === 0 ? "" : `: pattern at ${patterns.join(", ")}`;
  return {
    path: "",
    keyword: "timeout",
    expected: "an artifact that can be judged in time",
    got: "one that cannot",
    message: `${message}${where}`,
  };
}

/** @throws SchemaError with the place of the first thing that is wrong */
async function checkSchema(given: JsonSchema, dialect: Dialect): Promise<void> {
  const schema = withoutDialect(given);
  if (isPlainlyValid(schema)) return;
  const { schemaProblem } = await import("./ajv.ts");
  const problem = schemaProblem(schema, dialect);
  if (problem !== null) throw new SchemaError(schemaInvalid(dialect, problem.reason), problem.pointer);
}

async function compileFast(schema: JsonSchema, dialect: Dialect): Promise<FastValidator | null> {
  const { compile } = await import("./ajv.ts");
  return compile(withoutDialect(schema), dialect);
}
