/** `dns-packet` from npm, with types for the part that is used here. @module */

// @ts-types="./dns_packet.d.ts"
export { default } from "npm:dns-packet@5.6.1";
