/** The files that hold what is said, and who says it. */
export const MESSAGE_FILES: readonly { readonly file: string; readonly heading: string }[];

/** The messages of one file, by their subjects in its order. */
export function messagesOf(file: string): Promise<
  {
    readonly subject: string;
    readonly messages: readonly { readonly name: string; readonly text: string; readonly told: string }[];
  }[]
>;

/** The whole of `docs/errors.md`. */
export function errorsPage(): Promise<string>;
