// Preloaded: a week has passed, so that `runa gc` finds contents that are old.
"use strict";
const now = Date.now;
Date.now = () => now() + 7 * 24 * 60 * 60 * 1000;
