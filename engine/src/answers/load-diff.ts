/** What `diff` needs, a library among it; the other commands start faster without it. */
export function loadDiff(): Promise<typeof import("./diff.ts")> {
  return import("./diff.ts");
}
