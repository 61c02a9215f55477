/** A failure that a person can act on: its message is the whole of what is shown, after `error: `. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** A command line that cannot be meant; it is shown with the usage. */
export class Misuse extends Failure {
  override readonly name = "Misuse";
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
