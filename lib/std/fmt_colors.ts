/** `@std/fmt/colors`: the standard library's code from npm, typed here. @module */

// @ts-types="./fmt_colors.d.ts"
export {
  bold,
  cyan,
  dim,
  green,
  magenta,
  red,
  setColorEnabled,
} from "npm:deno-std@1.4.0/fmt/colors.js";
