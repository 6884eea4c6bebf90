/** `fflate` from npm: ZIP files as streams, with types for the part that is used here. @module */

// @ts-types="./fflate.d.ts"
export { Zip, ZipDeflate } from "npm:fflate@0.8.3";
