/** What `rehearse` needs; the other commands start faster without it. */
export function loadRehearse(): Promise<typeof import("./rehearse.ts")> {
  return import("./rehearse.ts");
}
