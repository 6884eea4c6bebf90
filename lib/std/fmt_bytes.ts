/** `@std/fmt/bytes`: the standard library's code from npm, typed here. @module */

// @ts-types="./fmt_bytes.d.ts"
export { format } from "npm:deno-std@1.4.0/fmt/bytes.js";
