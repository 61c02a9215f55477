declare const RUNA_VERSION: string;

/** The version that the build wrote into the bundle; `0.0.0-source` when run unbundled. */
export const VERSION = typeof RUNA_VERSION === "string" ? RUNA_VERSION : "0.0.0-source";
