import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  commandLine,
  type Exercise,
  permissionFlags,
  permissionsFor,
} from "../../lib/exercise.ts";
import { answerText, helpText } from "../../lib/help.ts";
import {
  formatEndpoint,
  parseEndpoint,
  parseHost,
} from "../../lib/endpoint.ts";
import {
  addressOption,
  nameServerOption,
  operands,
  portOption,
} from "../../lib/option_kinds.ts";

const exercise: Exercise = {
  id: "demo_server",
  sheet: "9.9",
  title: "A demonstration",
  role: "server",
  options: { host: addressOption(), port: portOption(9900, 0) },
  example: "$ demo_server\nhello",
  questions: [
    { question: "Why?", answer: "\nBecause.\n" },
    { question: "And?", answer: "So." },
  ],
  permissions: { net: ["127.0.0.1:9900"] },
};
const client: Exercise = { ...exercise, id: "demo_client", role: "client" };

function flags(of: Exercise, ...args: string[]): string {
  return permissionFlags(permissionsFor(of, args)).join(" ");
}

Deno.test({
  name:
    "permissionsFor() is what is declared, if the arguments name nothing else",
  permissions: "none",
}, () => {
  assertEquals(flags(exercise), "--allow-net=127.0.0.1:9900");
  assertEquals(flags(exercise, "--nonsense"), "--allow-net=127.0.0.1:9900");
  assertEquals(flags({ ...exercise, permissions: {} }), "");
});

Deno.test({
  name:
    "permissionsFor() moves to the host and port that are named, and no further",
  permissions: "none",
}, () => {
  assertEquals(flags(exercise, "--port", "0"), "--allow-net=127.0.0.1:0");
  assertEquals(
    flags(client, "--host", "pc7.lan", "--port=80"),
    "--allow-net=pc7.lan:80",
  );
  assertEquals(flags(client, "--host", "::1"), "--allow-net=[::1]:9900");
});

Deno.test({
  name:
    "permissionsFor() lets a server that is open to others see its addresses",
  permissions: "none",
}, () => {
  assertEquals(
    flags(exercise, "--host", "0.0.0.0"),
    "--allow-net=0.0.0.0:9900 --allow-sys=networkInterfaces",
  );
});

Deno.test({
  name:
    "permissionsFor() lets UDP answer any port, and private networks if it is open to others",
  permissions: "none",
}, () => {
  const udp = { ...exercise, permissions: { net: ["127.0.0.1"] } };
  assertEquals(flags(udp, "--port", "7"), "--allow-net=127.0.0.1");
  // A client's own socket is at 127.0.0.1, whatever address of loopback it asks.
  assertEquals(
    flags(udp, "--host", "127.0.0.2"),
    "--allow-net=127.0.0.2,127.0.0.1",
  );
  assertEquals(
    flags(udp, "--host", "::"),
    "--allow-net=[::]:9900,127.0.0.0/8,[::1],10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16 " +
      "--allow-sys=networkInterfaces",
  );
  assertEquals(
    flags(udp, "--host", "0.0.0.0"),
    "--allow-net=0.0.0.0:9900,127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16 " +
      "--allow-sys=networkInterfaces",
  );
  const udpClient = {
    ...client,
    permissions: { net: ["127.0.0.1:0", "127.0.0.1:9900"] },
  };
  assertEquals(
    flags(udpClient, "--host", "10.0.0.2"),
    "--allow-net=0.0.0.0:0,10.0.0.2:9900",
  );
});

Deno.test({
  name:
    "permissionsFor() puts hosts that are named in the place of the declared ones",
  permissions: "none",
}, () => {
  const lookup: Exercise = {
    ...exercise,
    role: undefined,
    options: {
      _: operands("[host]", "hosts", parseHost, {
        values: ["www.example"],
        net: (host) => host,
      }),
      "name-server": nameServerOption(),
    },
    permissions: { net: ["www.example"] },
  };
  assertEquals(flags(lookup), "--allow-net=www.example");
  assertEquals(flags(lookup, "a.lan", "b.lan"), "--allow-net=a.lan,b.lan");
  assertEquals(
    flags(lookup, "--name-server", "127.0.0.1:5353"),
    "--allow-net=127.0.0.1:5353,127.0.0.1:0",
  );
  const probe: Exercise = {
    ...lookup,
    options: {
      _: operands("[endpoint]", "endpoints", (text) => parseEndpoint(text), {
        values: [],
        net: formatEndpoint,
      }),
    },
    permissions: { net: ["127.0.0.1"] },
  };
  assertEquals(flags(probe), "--allow-net=127.0.0.1");
  assertEquals(flags(probe, "[::1]:80"), "--allow-net=[::1]:80");
});

Deno.test({
  name: "commandLine() quotes what a shell would look for files by",
  permissions: "none",
}, () => {
  assertEquals(
    commandLine("demo_client", { net: ["127.0.0.1:9900"] }),
    "deno run --allow-net=127.0.0.1:9900 exercises/demo_client.ts",
  );
  assertMatch(
    commandLine("demo_client", { net: ["[::1]:9900"] }),
    /^deno run (['"])--allow-net=\[::1\]:9900\1 exercises\/demo_client\.ts$/,
  );
});

Deno.test({
  name: "helpText() holds the line to type, the options, and the example",
  permissions: "none",
}, () => {
  const text = helpText(exercise);
  for (
    const part of [
      "demo_server: A demonstration (sheet 9.9)",
      "Usage: deno run --allow-net=127.0.0.1:9900 exercises/demo_server.ts [options]",
      "--port <port>",
      "  $ demo_server\n  hello",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test({
  name: "answerText() holds every question with its answer",
  permissions: "none",
}, () => {
  assertEquals(
    answerText(exercise),
    "Question: Why?\n\nBecause.\n\nQuestion: And?\n\nSo.",
  );
});
