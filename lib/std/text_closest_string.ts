/** `@std/text/closest-string`: the standard library's code from npm, typed here. @module */

// @ts-types="./text_closest_string.d.ts"
export { closestString } from "npm:deno-std@1.4.0/text/closest_string.js";
