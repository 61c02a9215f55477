declare const RUNA_VERSION: string | undefined;

/** This runa's version; the build fills it in. */
export const version = typeof RUNA_VERSION === "string" ? RUNA_VERSION : "0.0.0-dev";
