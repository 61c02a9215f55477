import { testAttacks } from "./rig/attacks.ts";

// With the log alone (docs/security.md).
testAttacks("log");
