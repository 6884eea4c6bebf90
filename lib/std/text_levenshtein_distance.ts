/** `@std/text/levenshtein-distance`: the standard library's code from npm, typed here. @module */

// @ts-types="./text_levenshtein_distance.d.ts"
export { levenshteinDistance } from "npm:deno-std@1.4.0/text/levenshtein_distance.js";
