/** What `lint` needs; the other commands start faster without it. */
export function loadLint(): Promise<typeof import("./lint.ts")> {
  return import("./lint.ts");
}
