import type { Buffer } from "node:buffer";

/** One question of a message (RFC 1035, section 4.1.2). */
export interface Question {
  /** The name that is asked for, without a dot at its end. */
  name: string;
  /** The record type by its name: `A`, `AAAA`, `TXT`. */
  type: string;
  /** The class by its name; `IN` unless given. */
  class?: string;
}

/** One record of a message (RFC 1035, section 4.1.3); its fields depend on the type. */
export interface Record {
  /** The name that the record is about. */
  name: string;
  /** The record type by its name. */
  type: string;
  /** The class by its name; `IN` unless given. */
  class?: string;
  /** How long it may be kept, in seconds. */
  ttl?: number;
  /** What the record says: an address in text for `A`. */
  data?: unknown;
  /** For `OPT` (RFC 6891): the largest UDP payload that the sender takes. */
  udpPayloadSize?: number;
  /** For `OPT`: the version of EDNS. */
  ednsVersion?: number;
  /** For `OPT`: the upper bits of the response code. */
  extendedRcode?: number;
  /** For `OPT`: its bits, of which the highest is DO. */
  flags?: number;
}

/** A message to encode. */
export interface Message {
  /** A query or a response: the QR bit. */
  type?: "query" | "response";
  /** What joins a response to its query. */
  id?: number;
  /** The header's bits, without QR. */
  flags?: number;
  /** The questions. */
  questions?: Question[];
  /** The answers. */
  answers?: Record[];
  /** The authority section. */
  authorities?: Record[];
  /** The additional section. */
  additionals?: Record[];
}

/** A message as decoded. */
export interface DecodedMessage extends Required<Message> {
  /** The kind of query by its name: `QUERY`, `STATUS`. */
  opcode: string;
  /** The response code by its name: `NOERROR`, `NXDOMAIN`. */
  rcode: string;
  /** Whether the answer is authoritative: the AA bit. */
  flag_aa: boolean;
  /** Whether the answer was cut, and is to be had over TCP: the TC bit. */
  flag_tc: boolean;
}

/** DNS messages from bytes and back. */
declare const dnsPacket: {
  /** The AA bit. */
  AUTHORITATIVE_ANSWER: number;
  /** The RD bit. */
  RECURSION_DESIRED: number;
  /** A message's bytes. */
  encode(message: Message): Buffer;
  /** The message in some bytes. @throws {Error} if they are none */
  decode(bytes: Buffer): DecodedMessage;
  /** A message's bytes for TCP, behind their length (RFC 7766). */
  streamEncode(message: Message): Buffer;
  /** The message behind its length. @throws {Error} if there is none */
  streamDecode(bytes: Buffer): DecodedMessage;
};
export default dnsPacket;
