import { expect, test } from "vitest";
import { diagnosed, HEAD, P, USE_B } from "./support/manifest.ts";

const OWN_ID = '{"properties":{"instance_id":{"type":"string"}}}';
const files = { "schemas/b.schema.json": OWN_ID };

test.each([
  ["produces", 'produces = ["b"]\n'],
  ["may_produce", 'may_produce = ["b"]\n'],
])("a type in %s whose schema has a property instance_id can never be delivered", async (_list, uses) => {
  expect(await diagnosed(`${HEAD}${P}${uses}`, files)).toEqual([
    "2:44 warning: artifact type 'b' can never be delivered: its schema has a property 'instance_id', which its tool needs for itself; rename it",
  ]);
});

test("one that is only read may have it", async () => {
  expect(await diagnosed(`${HEAD}${P}${USE_B}`, files)).toEqual([]);
});
