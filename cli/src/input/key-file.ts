import { resolve } from "node:path";
import { optionEmpty } from "../messages.ts";
import { UsageError } from "./usage-error.ts";
import { workingDirectory } from "./working-directory.ts";

/**
 * The value of `--key`, absolute; undefined where the option was not given.
 * @throws UsageError for an empty one
 */
export function keyFileOf(text: string | undefined): string | undefined {
  if (text === "") throw new UsageError(optionEmpty("--key", "a file"));
  return text === undefined ? undefined : resolve(workingDirectory(), text);
}
