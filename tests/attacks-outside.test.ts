import { testAttacks } from "./rig/attacks.ts";

// With signatures, and the policy outside the project (docs/security.md).
testAttacks("outside");
