/**
 * The kinds of options and operands that the lab's programs take.
 *
 * @module
 */

import {
  type Endpoint,
  formatEndpoint,
  isUnspecified,
  ownHost,
  parseEndpoint,
  parseHost,
  parsePort,
} from "./endpoint.ts";
import type { Option } from "./options.ts";

/** The longest time that can be given, in seconds: a day. */
const MOST_SECONDS = 86_400;
/** A number, with decimals or without: 10, 0.5, .5. */
const DECIMAL = /^\d*\.?\d+$/;

/** The server of a client: a host name or address. */
export function hostOption(): Option<string> {
  return {
    value: "<host>",
    help: "the server's address or name",
    default: "127.0.0.1",
    parse: ([text]) => oneHost(parseHost(text)),
  };
}

/** The same for a client of UDP, whose socket is for one address. */
export function udpHostOption(): Option<string> {
  return { ...hostOption(), parse: ([text]) => oneHost(parseAddress(text)) };
}

/** Where a server listens. */
export function addressOption(): Option<string> {
  return {
    ...hostOption(),
    help: "the address to listen on; 0.0.0.0 for other PCs too",
    parse: ([text]) => parseAddress(text),
  };
}

/** A port number; a server may take 0, for any free port. */
export function portOption(port: number, least: 0 | 1): Option<number> {
  return {
    value: "<port>",
    help: least === 0
      ? "the port to listen on; 0 takes any free one"
      : "the port of the server",
    default: port,
    parse: ([text]) => parsePort(text, least),
  };
}

/** A time in seconds, which may have decimals. */
export function secondsOption(seconds: number, help: string): Option<number> {
  return {
    value: "<seconds>",
    help,
    default: seconds,
    parse: ([text]) => {
      const value = DECIMAL.test(text) ? Number(text) : NaN;
      if (value > 0 && value <= MOST_SECONDS) return value;
      throw new SyntaxError(
        `${JSON.stringify(text)} is not a time: give seconds, ` +
          `more than 0 and at most ${MOST_SECONDS}, such as 0.5 or 10`,
      );
    },
  };
}

/** A whole number. */
export function integerOption<T extends number | undefined>(
  value: T,
  help: string,
  least: number,
  most: number,
): Option<T | number> {
  return {
    value: "<number>",
    help,
    default: value,
    shown: value === undefined ? "none" : undefined,
    parse: ([text]) => parseInteger(text, least, most),
  };
}

/** A probability from 0 to 1. */
export function probabilityOption(help: string): Option<number> {
  return {
    value: "<0…1>",
    help,
    default: 0,
    parse: ([text]) => {
      const value = DECIMAL.test(text) ? Number(text) : NaN;
      if (value >= 0 && value <= 1) return value;
      throw new SyntaxError(
        `${
          JSON.stringify(text)
        } is not a probability: give 0 to 1, such as 0.25`,
      );
    },
  };
}

/** A name server's address, and its port if it is not 53. */
export function nameServerOption(): Option<Endpoint | undefined> {
  return {
    value: "<ip[:port]>",
    help: "the name server to ask",
    default: undefined,
    shown: "the system's",
    parse: ([text]) => {
      const server = parseEndpoint(text, 53);
      const isAddress = /^[\d.]+$|:[^%]*$/.test(server.hostname);
      if (isAddress) return { ...server, hostname: oneHost(server.hostname) };
      throw new SyntaxError(
        `${JSON.stringify(text)} is not the address of a name server: ` +
          "give its IP address, such as 192.168.0.1 or 127.0.0.1:5353",
      );
    },
    // And the socket that asks it.
    net: (server) =>
      server
        ? [server, { hostname: ownHost(server.hostname), port: 0 }]
          .map(formatEndpoint)
        : [],
  };
}

// `localhost` may be 127.0.0.1 or ::1, whichever the hosts file has first; where a
// socket has one address it is the one that the others use.
function parseAddress(text: string): string {
  return /^localhost\.?$/i.test(text) ? "127.0.0.1" : parseHost(text);
}

// Linux would connect to itself, Windows to nobody.
function oneHost(host: string): string {
  if (!isUnspecified(host)) return host;
  throw new SyntaxError(
    `${host} stands for all addresses of a server, and is none to send to: ` +
      "give the server's own, or 127.0.0.1 for this PC",
  );
}

/** An option without a value: given or not. */
export function flagOption(help: string): Option<boolean> {
  return { help, default: false, parse: () => true };
}

/** The operands: what stands on the command line without a name. */
export function operands<T>(
  value: string,
  help: string,
  parse: (text: string) => T,
  { values, most = Infinity, net, show = String }: {
    values: T[];
    most?: number;
    net?: (value: T) => string;
    show?: (value: T) => string;
  },
): Option<T[]> {
  return {
    value,
    help,
    default: values,
    shown: values.map(show).join(" "),
    most,
    parse: (texts) => texts.map((text) => parse(text)), // not with its index
    net: net && ((given) => given.map(net)),
  };
}

/**
 * A whole number, in decimal.
 *
 * @throws {SyntaxError} if `text` is not one from `least` to `most`
 */
export function parseInteger(
  text: string,
  least: number,
  most: number,
): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const range = most === Infinity
    ? `of ${least} or more`
    : `from ${least} to ${most}`;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a whole number ${range}`,
  );
}
