const nested = (times: number, open: string, inner: string, close: string) =>
  `${open.repeat(times)}${inner}${close.repeat(times)}`;
const members = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, i) => make(i));

/**
 * Schemas that mean harm or ask for too much, as text. Each is refused with a SchemaError or JsonError, or judges every
 * artifact in bounded time.
 */
export const HOSTILE_SCHEMAS: readonly (readonly [string, string])[] = [
  ["a schema that is itself", '{"$ref":"#"}'],
  ["a schema that is one of itself", '{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}'],
  ["two that are each other", '{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}'],
  ["a schema that is not itself", '{"not":{"$ref":"#"}}'],
  ["a dynamic reference to itself", '{"$dynamicAnchor":"x","$dynamicRef":"#x"}'],
  ["a recursive reference to itself", '{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveRef":"#"}'],
  ["a reference over the network", '{"$ref":"http://localhost:1/schema.json"}'],
  ["a reference to a file", '{"$ref":"file:///etc/passwd"}'],
  ["a reference to a relative file", '{"$ref":"../../../etc/passwd"}'],
  ["a reference to data", '{"$ref":"data:application/json,{}"}'],
  ["a reference to nothing", '{"$ref":"#/$defs/none"}'],
  ["a reference that is no URI", '{"$ref":"http://[::1"}'],
  ["a reference with a broken escape", '{"$ref":"#/%zz"}'],
  ["a reference to a prototype", '{"$ref":"#/__proto__"}'],
  ["a reference to a constructor", '{"$ref":"#/constructor/prototype"}'],
  ["an $id of the metaschema", '{"$id":"https://json-schema.org/draft/2020-12/schema","type":"object"}'],
  [
    "an $id twice",
    '{"$defs":{"a":{"$id":"urn:x","type":"string"},"b":{"$id":"urn:x","type":"number"}},"$ref":"urn:x"}',
  ],
  ["an $id that is no URI", '{"$id":"http://[::1","type":"object"}'],
  ["an $id of 100,000 characters", `{"$id":"urn:${"x".repeat(100_000)}","type":"object"}`],
  ["an $anchor twice", '{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}},"$ref":"#x"}'],
  ["an unknown dialect", '{"$schema":"http://localhost:1/dialect"}'],
  ["itself as dialect", '{"$schema":"#"}'],
  ["a dialect without a scheme", '{"$schema":"draft-07"}'],
  ["https for an old dialect", '{"$schema":"https://json-schema.org/draft-07/schema#","type":"object"}'],
  ["keywords of the prototype", '{"valueOf":{"a":1},"__proto__":{"type":"string"},"constructor":[],"toString":null}'],
  ["properties of the prototype", '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}'],
  ["a required prototype", '{"required":["__proto__","constructor","toString"]}'],
  ["a pattern that is none", '{"pattern":"("}'],
  ["a pattern of 100,000 groups", `{"pattern":"${"(".repeat(100_000)}a${")".repeat(100_000)}"}`],
  ["a pattern that could take forever", '{"properties":{"bomb":{"pattern":"^(a{1,1000}){1,1000}$"}}}'],
  [
    "code in names",
    '{"properties":{"\\"];process.exit(1);//":{"type":"string"},"${process.exit(1)}":{}},"$id":"x`${process.exit(1)}`"}',
  ],
  ["500 times all of", nested(250, '{"allOf":[', "{}", "]}")],
  ["500 times a property", nested(250, '{"properties":{"a":', "{}", "}}")],
  ["500 times an item", nested(500, '{"items":', '{"type":"string"}', "}")],
  ["500 times not", nested(500, '{"not":', "{}", "}")],
  ["513 levels", nested(513, '{"not":', "true", "}")],
  ["500 times if", nested(250, '{"if":true,"then":', "{}", "}")],
  ["2,000 properties", `{"properties":{${members(2000, (i) => `"p${i}":{"type":"string"}`).join(",")}}}`],
  ["2,000 required", `{"required":[${members(2000, (i) => `"p${i}"`).join(",")}]}`],
  ["20,000 constants", `{"enum":[${members(20_000, (i) => `"e${i}"`).join(",")}]}`],
  ["300 branches", `{"oneOf":[${members(300, (i) => `{"properties":{"k":{"const":${i}}}}`).join(",")}]}`],
  ["10,000 definitions", `{"$defs":{${members(10_000, (i) => `"d${i}":{"type":"string"}`).join(",")}}}`],
  [
    "2,000 definitions in a row",
    `{"$ref":"#/$defs/d0","$defs":{${members(2000, (i) => `"d${i}":{"$ref":"#/$defs/d${i + 1}"}`).join(",")},"d2000":{}}}`,
  ],
  ["numbers beyond all bounds", '{"minimum":1e999,"maximum":-1e999,"multipleOf":1e-320,"minLength":1e30}'],
  ["a multiple of zero", '{"multipleOf":0}'],
  ["a negative length", '{"minLength":-1}'],
  ["a type that is none", '{"type":"constructor"}'],
  [
    "ajv's own keywords",
    '{"$async":true,"nullable":true,"type":"object","discriminator":{"propertyName":"a"},"formatMinimum":"x"}',
  ],
  ["ajv's data references", '{"properties":{"a":{"minimum":{"$data":"1/b"}}}}'],
  ["a comment with a line feed", '{"$comment":"a\\n*/process.exit(1)/*"}'],
  ["a list", "[]"],
  ["null", "null"],
  ["a number", "5"],
  ["true", "true"],
  ["false", "false"],
];

/** What is held against them. */
export const JUDGED: readonly unknown[] = [
  {},
  [],
  null,
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  -0.5,
  { a: { a: { a: [] } }, k: 5, p1: 5 },
  JSON.parse('{"__proto__":1,"constructor":2,"toString":"x"}'),
  JSON.parse(nested(500, '{"a":', "1", "}")),
  JSON.parse(nested(500, "[", "", "]")),
];
