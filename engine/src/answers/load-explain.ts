/** What `explain` needs; the other commands start faster without it. */
export function loadExplain(): Promise<typeof import("./explain.ts")> {
  return import("./explain.ts");
}
