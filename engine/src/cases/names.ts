/** What a methodology has names for: whatever a case names is among them. */
export interface KnownNames {
  readonly types: readonly string[];
  readonly protocols: readonly string[];
  /** Of these, those that are executed for a work unit. */
  readonly scoped: ReadonlySet<string>;
}
