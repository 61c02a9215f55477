import { Ajv, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import draft06 from "ajv/dist/refs/json-schema-draft-06.json" with { type: "json" };
import AjvDraft04 from "ajv-draft-04";
import type { Dialect } from "./dialect.ts";

/** The part of an ajv instance that compiling needs. */
export type Engine = Pick<Ajv, "compile" | "validateSchema" | "errors">;

/** A fresh engine for one schema: engines share nothing, so two schemas with one `$id` do not meet. */
export function engineFor(dialect: Dialect, options: Options): Engine {
  switch (dialect) {
    case "draft-04":
      return new AjvDraft04.default(options) as unknown as Engine;
    case "draft-06": {
      const engine = new Ajv({ ...options, meta: false });
      engine.addMetaSchema(draft06);
      engine.opts.defaultMeta = draft06.$id;
      return engine;
    }
    case "draft-07":
      return new Ajv(options);
    case "2019-09":
      return new Ajv2019(options);
    case "2020-12":
      return new Ajv2020(options);
  }
}
