/**
 * Looks names up for SECONDS, so many AT_ONCE, and prints how many µs one took:
 * `dns_lookups.mjs lookupHost | resolveDns | node PORT AT_ONCE SECONDS`; the first
 * two run on Deno.
 *
 * @module
 */

import process from "node:process";

const WARM_UP_MS = 200;
const [way, port, atOnce, seconds] = process.argv.slice(2);
const SERVER = { hostname: "127.0.0.1", port: Number(port) };

const WAYS = {
  async lookupHost() {
    const { lookupHost } = await import("../../lib/dns.ts");
    return (name) => lookupHost(name, { nameServer: SERVER });
  },
  resolveDns() {
    const nameServer = { ipAddr: SERVER.hostname, port: SERVER.port };
    return (name) => Deno.resolveDns(name, "A", { nameServer });
  },
  async node() {
    const { Resolver } = await import("node:dns/promises");
    const resolver = new Resolver();
    resolver.setServers([`${SERVER.hostname}:${port}`]);
    return (name) => resolver.resolve4(name);
  },
};

const lookUp = await WAYS[way]();

/** How many were found in so many ms. */
async function found(ms) {
  const end = performance.now() + ms;
  let count = 0;
  await Promise.all(Array.from({ length: Number(atOnce) }, async (_, index) => {
    while (performance.now() < end) {
      const [address] = await lookUp(`pc${index}.lab.test`);
      if (address !== "192.0.2.1") throw new Error(`${address} is wrong`);
      count++;
    }
  }));
  return count;
}

await found(WARM_UP_MS);
const begin = performance.now();
const count = await found(Number(seconds) * 1000);
console.log((performance.now() - begin) * 1000 / count);
process.exit(); // limits of time may still run
