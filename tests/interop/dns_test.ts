import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { getAvailablePort } from "@std/net/get-available-port";
import { serveNames } from "../../lib/demo/name_server.ts";
import { lookupHost } from "../../lib/dns.ts";
import { type Child, run } from "../child.ts";
import { has, runs, startPeer } from "./peer.ts";

// More than fits into one datagram: the resolver has to ask again over TCP.
const MANY = Array.from({ length: 200 }, (_, index) => `192.0.2.${index}`);

/** Starts dnsmasq with the names of lab.test alone, and no server to ask. */
async function serveDnsmasq(): Promise<Child & { port: number }> {
  const port = getAvailablePort();
  const child = startPeer([
    "dnsmasq",
    "--no-daemon",
    "--conf-file=/dev/null",
    "--no-hosts",
    "--no-resolv",
    "--user=",
    `--port=${port}`,
    "--listen-address=127.0.0.1",
    "--bind-interfaces",
    "--local=/lab.test/",
    "--host-record=pc7.lab.test,192.0.2.7",
    "--host-record=six.lab.test,2001:db8::6",
    "--host-record=xn--bcher-kva.lab.test,192.0.2.9",
    "--cname=alias.lab.test,pc7.lab.test",
    ...MANY.map((address) => `--address=/many.lab.test/${address}`),
  ]);
  await child.line(/^dnsmasq: started/);
  return Object.assign(child, { port });
}

const FOUND = [
  ["pc7.lab.test", ["192.0.2.7"]],
  ["PC7.Lab.Test.", ["192.0.2.7"]],
  ["alias.lab.test", ["192.0.2.7"]],
  ["many.lab.test", MANY],
] as const;

Deno.test({
  name:
    "lookupHost() finds what dnsmasq knows: a name, its alias, 200 addresses",
  ignore: !has("dnsmasq"),
  permissions: { ...runs("dnsmasq"), net: ["127.0.0.1"] },
}, async () => {
  await using server = await serveDnsmasq();
  const nameServer = { hostname: "127.0.0.1", port: server.port };
  for (const [name, addresses] of FOUND) {
    const found = await lookupHost(name, { nameServer, timeoutMs: 10_000 });
    assertEquals(found.toSorted(), [...addresses].sort());
  }
});

const NOT_FOUND = [
  ["no.lab.test", "NXDOMAIN"],
  ["six.lab.test", "no IPv4 address"],
  ["lab.invalid", "REFUSED"],
] as const;

Deno.test({
  name: `lookupHost() rejects what dnsmasq answers with ${
    NOT_FOUND.map(([, answer]) => answer).join(", ")
  }`,
  ignore: !has("dnsmasq"),
  permissions: { ...runs("dnsmasq"), net: ["127.0.0.1"] },
}, async () => {
  await using server = await serveDnsmasq();
  const nameServer = { hostname: "127.0.0.1", port: server.port };
  for (const [name, answer] of NOT_FOUND) {
    await assertRejects(
      () => lookupHost(name, { nameServer, timeoutMs: 10_000 }),
      Error,
      answer,
    );
  }
});

Deno.test({
  name: "remote_machine_info prints what dnsmasq knows, and what it does not",
  ignore: !has("dnsmasq"),
  permissions: runs("dnsmasq"),
}, async () => {
  await using server = await serveDnsmasq();
  const names = ["pc7.lab.test", "no.lab.test", "bücher.lab.test"];
  const args = ["--name-server", `127.0.0.1:${server.port}`, ...names];
  assertEquals(await run("remote_machine_info", args), {
    code: 1,
    stdout: [
      "Remote host name: pc7.lab.test",
      "IP address: 192.0.2.7",
      "Remote host name: xn--bcher-kva.lab.test",
      "IP address: 192.0.2.9",
      "",
    ].join("\n"),
    stderr: "Error accessing no.lab.test: there is no such name (NXDOMAIN)\n",
  });
});

const NAMES = new Map([["pc1.lab.test", "192.0.2.1"]]);
const SOA = /^\.\s+60\s+IN\s+SOA\s/m;

/** What dig asks, and what it has to show. */
const QUERIES: { about: string; query: string; shows: RegExp[] }[] = [
  {
    about: "an address",
    query: "pc1.lab.test A",
    shows: [
      /opcode: QUERY, status: NOERROR/,
      /flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1$/m,
      /EDNS: version: 0, flags:; udp: 1232/,
      /^pc1\.lab\.test\.\s+60\s+IN\s+A\s+192\.0\.2\.1$/m,
    ],
  },
  {
    about: "a name in capitals, as it was asked",
    query: "PC1.Lab.test A",
    shows: [/^PC1\.Lab\.test\.\s+60\s+IN\s+A\s+192\.0\.2\.1$/m],
  },
  {
    about: "without EDNS who asks without it",
    query: "+noedns pc1.lab.test A",
    shows: [/flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0$/m],
  },
  {
    about: "that recursion was desired, and is not available",
    query: "+recurse pc1.lab.test A",
    shows: [
      /flags: qr aa rd; QUERY: 1, ANSWER: 1/,
      /recursion requested but not available/,
    ],
  },
  {
    about: "over TCP",
    query: "+tcp pc1.lab.test A",
    shows: [/status: NOERROR/, /192\.0\.2\.1$/m, /\(TCP\)$/m],
  },
  {
    about: "two questions on one TCP connection",
    query: "+tcp +keepopen pc1.lab.test A no.lab.test A",
    shows: [/status: NOERROR[^]*192\.0\.2\.1$[^]*status: NXDOMAIN/m],
  },
  {
    about: "no IPv6 address with an empty answer",
    query: "pc1.lab.test AAAA",
    shows: [/status: NOERROR/, /qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1/, SOA],
  },
  {
    about: "an unknown name with NXDOMAIN",
    query: "no.lab.test A",
    shows: [
      /status: NXDOMAIN/,
      /qr aa; QUERY: 1, ANSWER: 0, AUTHORITY: 1/,
      SOA,
    ],
  },
  {
    about: "another class with REFUSED",
    query: "version.bind CH TXT",
    shows: [/status: REFUSED/, /flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 0/],
  },
  {
    about: "no question with FORMERR",
    query: "+header-only",
    shows: [/status: FORMERR/, /flags: qr; QUERY: 0, ANSWER: 0/],
  },
  {
    about: "another opcode with NOTIMP",
    query: "+opcode=STATUS pc1.lab.test A",
    shows: [/opcode: STATUS, status: NOTIMP/],
  },
  {
    about: "another version of EDNS with BADVERS (RFC 6891, 6.1.3)",
    query: "+edns=1 +noednsnegotiation pc1.lab.test A",
    shows: [/status: BADVERS/, /EDNS: version: 0/],
  },
  {
    about: "the DO bit with the DO bit (RFC 3225, 3)",
    query: "+dnssec pc1.lab.test A",
    shows: [/EDNS: version: 0, flags: do; udp/, /192\.0\.2\.1$/m],
  },
];

for (const { about, query, shows } of QUERIES) {
  Deno.test({
    name: `serveNames() answers dig: ${about}`,
    ignore: !has("dig"),
    permissions: { run: ["dig"], net: ["127.0.0.1"] },
  }, async () => {
    await using server = serveNames(NAMES);
    const where = ["@127.0.0.1", "-p", `${server.addr.port}`];
    await using dig = startPeer([
      "dig",
      ...where,
      "+norecurse",
      "+time=5",
      "+tries=1",
      ...query.split(" "),
    ]);
    const { code, stdout, stderr } = await dig.result;
    for (const pattern of shows) assertMatch(stdout, pattern);
    assert(!/malformed|mismatch|timed out/i.test(stdout), stdout);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  });
}
