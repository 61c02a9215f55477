import type { Loosening } from "../methodology/loosened.ts";
import { visible } from "../visible.ts";

/** One way in which gates are looser than before, as people read it. */
export function looseningText(loosening: Loosening): string {
  switch (loosening.kind) {
    case "manifest_moved":
      return `the manifest is ${visible(loosening.to)} and was ${visible(loosening.from)}`;
    case "type_gone":
      return `'${visible(loosening.type)}' is no decision type any more`;
    case "type_changed":
      return `'${visible(loosening.type)}' decides on something else`;
    case "schema_changed":
      return `the schema of '${visible(loosening.type)}' has changed`;
    case "min_lowered":
      return `'${visible(loosening.type)}' takes ${loosening.to} and took ${loosening.from}`;
    case "role_changed": {
      const today = loosening.to === null ? "no role" : `the role '${visible(loosening.to)}'`;
      return `'${visible(loosening.type)}' asks for ${today} and asked for '${visible(loosening.from)}'`;
    }
    case "author_may":
      return `'${visible(loosening.type)}' counts the author's approval`;
    case "gate_dropped":
      return `${visible(loosening.protocol)} does not name '${visible(loosening.type)}' any more`;
    case "gate_weaker": {
      const where = { requires: "requires it", trigger: "has it in another trigger", accepts: "only accepts it" };
      return `${visible(loosening.protocol)} waits less for '${visible(loosening.type)}': it ${where[loosening.by]}`;
    }
    case "reads_undecided":
      return `${visible(loosening.protocol)} newly reads '${visible(loosening.type)}', decided or not`;
    case "writes_undecided":
      return `${visible(loosening.protocol)} newly writes '${visible(loosening.type)}' without the approvals that others wait for`;
  }
}
