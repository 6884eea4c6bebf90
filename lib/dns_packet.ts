/** `dns-packet` from npm, with types for the part that is used here. @module */

export type * from "./dns_packet.d.ts";

// @ts-types="./dns_packet.d.ts"
export { default } from "npm:dns-packet@5.6.1";
