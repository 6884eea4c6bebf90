/** `@std/cli/parse-args`: the standard library's code from npm, typed here. @module */

// @ts-types="./cli_parse_args.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
