/** What `test` needs; the other commands start faster without it. */
export function loadTest(): Promise<typeof import("./test.ts")> {
  return import("./test.ts");
}
