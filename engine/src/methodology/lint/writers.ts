import type { ProtocolDeclaration } from "../manifest.ts";
import { outputTypesOf } from "../methodology.ts";

/** The protocols that may write each type; a type that none writes is not in it. */
export type WritersByType<P extends ProtocolDeclaration> = ReadonlyMap<string, readonly P[]>;

export function writersByType<P extends ProtocolDeclaration>(protocols: readonly P[]): WritersByType<P> {
  const writers = new Map<string, P[]>();
  for (const protocol of protocols)
    for (const type of new Set(outputTypesOf(protocol))) {
      const known = writers.get(type);
      if (known === undefined) writers.set(type, [protocol]);
      else known.push(protocol);
    }
  return writers;
}
