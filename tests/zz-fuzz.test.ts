import { test } from "vitest";
import { loadSchemaCompiler } from "../store/src/index.ts";
import { HOSTILE_SCHEMAS, JUDGED } from "./fuzz/hostile-schemas.ts";
test("x", async () => {
  for (const name of ["2,000 branches", "a pattern with a huge count"]) {
  const text = HOSTILE_SCHEMAS.find(([n]) => n === name)?.[1] ?? "";
  let t = performance.now();
  const v = await (await loadSchemaCompiler())(JSON.parse(text));
  console.log("compiled", performance.now() - t, v.engine);
  for (const value of JUDGED) { t = performance.now(); let o: unknown; try { o = (await v(value)).map((x) => x.message.slice(0, 100)).slice(0,3); } catch (e) { o = e instanceof Error ? e.stack?.slice(0, 600) : e; } console.log(JSON.stringify(value).slice(0, 60), o, performance.now() - t); }
  }
});
