/** What has decisions signed, with the cryptography: only a command that signs one loads it. */
export function loadSigning(): Promise<typeof import("./sign-decision.ts")> {
  return import("./sign-decision.ts");
}
