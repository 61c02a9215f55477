/** What judges signatures of decisions, with the cryptography: only a command that has one to judge loads it. */
export function loadVerdicts(): Promise<typeof import("./verdict.ts")> {
  return import("./verdict.ts");
}
