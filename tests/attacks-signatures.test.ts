import { testAttacks } from "./rig/attacks.ts";

// With signatures required (docs/security.md).
testAttacks("signatures");
