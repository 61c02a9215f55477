// Contents, kept under their hashes.

export { type Content, contentNamed } from "../contents/content.ts";
export { keepContents, missingContents, prepareContents } from "../contents/keep.ts";
export { type FoundContent, readContent } from "../contents/read.ts";
