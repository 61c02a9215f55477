import bash from "./runa.bash";
import fish from "./runa.fish";
import zsh from "./runa.zsh";

/** The shells that runa has completion for, each with the script that asks runa what may stand where the cursor is. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish };
