/** `@std/assert`: the standard library's code from npm, typed here. For tests. @module */

// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
