import { type Methodology, outputTypesOf } from "../methodology.ts";
import { propertyNames } from "../schema-parts.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";

const WORK_UNIT = "work_unit";

/**
 * Outputs of scoped protocols that cannot carry their work unit: products, and choices of which some members can. An
 * instance without one counts for every work unit (contract.md section 5).
 */
export function workUnitFindings({ protocols, types }: Methodology): ManifestFinding[] {
  const carries = (name: string) => {
    const type = types.get(name);
    // Of an undeclared one nothing is known, and that is told already.
    return type === undefined || propertyNames(type.schema).has(WORK_UNIT);
  };
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    if (!protocol.scoped || outputTypesOf(protocol).every(carries)) return [];
    const shared = protocol.produces
      .filter((type) => !carries(type))
      .map((type) =>
        inManifest(
          "shared-output",
          ["protocols", index, "produces"],
          `scoped protocol '${protocol.name}' produces '${type}', whose schema has no property '${WORK_UNIT}': all work units share it, and once it is there for one, the others count as done`,
          type,
        ),
      );
    const mixed = protocol.choices.flatMap(({ name, members }, group): ManifestFinding[] => {
      const without = members.filter((member) => !carries(member));
      const [first] = without;
      const path = ["protocols", index, "required_output_choices", group, "members"];
      if (first === undefined) return [];
      if (without.length === members.length)
        return [
          inManifest(
            "shared-output",
            path,
            `scoped protocol '${protocol.name}' chooses among '${members.join("', '")}', of which no schema has a property '${WORK_UNIT}': all work units share the choice`,
            first,
          ),
        ];
      return [
        inManifest(
          "mixed-work-units",
          path,
          `in choice group '${name}' of scoped protocol '${protocol.name}' the schema of '${first}' has no property '${WORK_UNIT}' and that of '${members.find(carries)}' has: one '${first}' is the choice of every work unit`,
          first,
        ),
      ];
    });
    return [...shared, ...mixed];
  });
}
