// What `runa-mcp` says to people and models: one function for each message. `docs/errors.md` is made from this file.

// Subject: The server

/** `runa-mcp` was started without a protocol, which its client's configuration has to name. */
export const mcpProtocolMissing = (): string =>
  "--protocol is missing: name the protocol whose outputs are to be served";

/** An option of `runa-mcp` stands there with an empty value, as when a variable in a script is not set. */
export const mcpOptionEmpty = (option: string): string => `${option} is empty: give its value, or leave it out`;

/** `runa-mcp` was started in a directory that has been removed since. */
export const mcpDirectoryGone = (): string =>
  "the current directory no longer exists: set RUNA_WORKING_DIR to the project's, as an absolute path";

/** What an output's schema says leaves the tool that delivers it no room, so no attempt can be done with it. */
export const mcpUnservable = (type: string, problem: string): string =>
  `the schema of artifact type '${type}' ${problem}`;

/** The problem of such a schema: one of its properties is called as the tool's own argument is. */
export const mcpPropertyTaken = (property: string): string =>
  `has a property '${property}', which the tool needs for itself: rename it`;

/** The client called a tool that this server does not list. Its list of tools tells which there are. */
export const mcpUnknownTool = (name: string): string => `Unknown tool: ${name}`;

/** The client closed the connection, or the server was told to end, before the call's turn came. Nothing was written. */
export const mcpStopping = (): string => "The call was not made: the server is stopping";
