/**
 * What `init` writes into `.runa/.gitignore`: what belongs to this machine stays out of version control, so that `git add .`
 * takes the config and the artifacts, and nothing else of `.runa/`.
 */
export const GITIGNORE = `# Written by runa init. What is not listed here, the config and the artifacts, belongs into version control.
# The store: what was recorded on this machine, with prompts and transcripts.
/store
# When and by which version the project was made here.
/state.toml
# Outputs that later ones took the place of.
/workspace/.superseded/
# What a write that was cut off leaves.
.runa-*
`;
