import { assert, assertEquals, assertMatch } from "@std/assert";
import { timeoutError } from "../../lib/deadline.ts";
import { EXIT } from "../../lib/exit_code.ts";
import { explain } from "../../lib/explain.ts";
import { UsageError } from "../../lib/fault.ts";
import { located, type Operation } from "../../lib/fault.ts";

const at = (error: Error, syscall: Operation, address = "127.0.0.1:9900") =>
  located(error, syscall, address);
const withCode = (code: string, message = code) =>
  Object.assign(new Error(message), { code });
const { errors } = Deno;

// What happens, the exit code, and what the words must hold.
const CASES: [unknown, number, RegExp][] = [
  [new UsageError("--port needs a value"), EXIT.USAGE, /needs a value/],
  [new SyntaxError('"127.1" is not'), EXIT.DATA, /127\.1/],
  [new RangeError("65508 bytes do not fit"), EXIT.DATA, /65508/],
  [new errors.AlreadyExists("there is already"), EXIT.DATA, /already/],
  [
    at(new errors.NotFound("no such name"), "lookup", "no.lan"),
    EXIT.NO_HOST,
    /^no\.lan: no such name/,
  ],
  [
    at(
      new Error(
        "failed to lookup address information: Name or service not known",
      ),
      "connect",
      "no.lan:80",
    ),
    EXIT.NO_HOST,
    /^no\.lan:80: Name or service not known/,
  ],
  [
    at(
      new Error(
        "failed to lookup address information: Temporary failure in name resolution",
      ),
      "connect",
    ),
    EXIT.TEMPORARY,
    /Temporary failure/,
  ],
  [
    // As Windows says it, in the language of the user.
    at(new Error("Der Host ist unbekannt. (os error 11001)"), "connect"),
    EXIT.NO_HOST,
    /Der Host ist unbekannt\.$/,
  ],
  [
    at(new Error("Kein DNS (os error 11002)"), "connect"),
    EXIT.TEMPORARY,
    /DNS/,
  ],
  [at(withCode("EMSGSIZE"), "send"), EXIT.DATA, /no datagram of so many bytes/],
  [
    at(new errors.TimedOut("no name server answered"), "lookup", "a.lan"),
    EXIT.TEMPORARY,
    /a\.lan: no name server/,
  ],
  [at(timeoutError("no answer"), "connect"), EXIT.TEMPORARY, /9900: no answer/],
  [at(timeoutError("silent"), "read"), EXIT.TEMPORARY, /9900: silent/],
  [
    at(new errors.ConnectionRefused("os error 111"), "connect"),
    EXIT.UNAVAILABLE,
    /nothing is listening at 127\.0\.0\.1:9900/,
  ],
  [
    at(new errors.NotConnected("os error 107"), "connect"),
    EXIT.IO,
    /9900 reset the connection/,
  ],
  [at(new errors.Busy("no more than 3"), "listen"), EXIT.OS, /no more than 3/],
  [
    at(new errors.NetworkUnreachable(""), "connect"),
    EXIT.UNAVAILABLE,
    /cannot be reached/,
  ],
  [at(withCode("EHOSTUNREACH"), "connect"), EXIT.UNAVAILABLE, /cannot be/],
  [at(withCode("EINVAL"), "connect"), EXIT.UNAVAILABLE, /cannot be reached/],
  [at(withCode("EINVAL"), "listen"), EXIT.UNAVAILABLE, /not an address of/],
  [at(withCode("EAFNOSUPPORT"), "send"), EXIT.UNAVAILABLE, /another family/],
  [
    at(withCode("EAFNOSUPPORT"), "connect", "[::1]:9900"),
    EXIT.UNAVAILABLE,
    /^\[::1\]:9900 cannot be used: this PC has no IPv6$/,
  ],
  [at(withCode("EAFNOSUPPORT"), "listen"), EXIT.UNAVAILABLE, /has no IPv6/],
  [at(new errors.AddrNotAvailable(""), "connect"), EXIT.OS, /no free port/],
  [at(new errors.AddrInUse(""), "listen", "127.0.0.1:0"), EXIT.OS, /no free/],
  [at(new errors.AddrInUse(""), "listen"), EXIT.UNAVAILABLE, /9900 is already/],
  [
    at(new errors.AddrNotAvailable(""), "listen", "10.9.9.9:80"),
    EXIT.UNAVAILABLE,
    /10\.9\.9\.9:80 is not an address of this machine/,
  ],
  [new errors.NotSupported("UDP needs"), EXIT.UNAVAILABLE, /UDP needs/],
  [
    at(new errors.PermissionDenied(""), "listen", "127.0.0.1:80"),
    EXIT.PERMISSION,
    /listen at 127\.0\.0\.1:80/,
  ],
  [new errors.PermissionDenied("no write"), EXIT.PERMISSION, /no write/],
  [
    at(new errors.PermissionDenied("denied"), "connect"),
    EXIT.PERMISSION,
    /^the system does not allow it: 127\.0\.0\.1:9900: denied$/,
  ],
  [new errors.NotCapable("--allow-net=x"), EXIT.PERMISSION, /--allow-net=x/],
  [
    at(
      new errors.NotCapable(
        'Requires all access to "/proc/x", run again with the --allow-all flag',
      ),
      "write",
      "/proc/x",
    ),
    EXIT.IO,
    /^\/proc\/x cannot be written: it belongs to the system$/,
  ],
  [
    new errors.NotCapable(
      'Requires all access to "H:\\x", run again with the --allow-all flag',
    ),
    EXIT.IO,
    /^"H:\\x" cannot be written: it /,
  ],
  [new errors.InvalidData("it differs"), EXIT.PROTOCOL, /it differs/],
  [new errors.UnexpectedEof("closed after 3 of 5"), EXIT.IO, /3 of 5/],
  [at(new errors.ConnectionReset(""), "read"), EXIT.IO, /9900 reset/],
  [at(new errors.BrokenPipe(""), "write"), EXIT.IO, /9900 closed/],
  [withCode("EMFILE", "Too many open files"), EXIT.OS, /Too many open files/],
  [
    new Error("No space left on device (os error 28)"),
    EXIT.IO,
    /^the output cannot be written: No space left on device$/,
  ],
  [
    new Error("Read-only file system (os error 30): mkdir 'lab'"),
    EXIT.IO,
    /^Read-only file system: mkdir 'lab'$/,
  ],
  [
    new errors.NotFound("No such file or directory (os error 2): open 'x/y'"),
    EXIT.DATA,
    /^No such file or directory: open 'x\/y'$/,
  ],
  [
    at(new errors.IsADirectory("Is a directory (os error 21)"), "read", "it"),
    EXIT.DATA,
    /^it: Is a directory$/,
  ],
  [new TypeError("x is undefined"), EXIT.SOFTWARE, /a bug in this program/],
  ["a string", EXIT.SOFTWARE, /a string/],
];

Deno.test({
  name: "explain() has words and an exit code for whatever a user can meet",
  permissions: "none",
}, () => {
  for (const [error, exitCode, words] of CASES) {
    const explained = explain(error);
    assertEquals(explained.exitCode, exitCode, String(error));
    assertMatch(explained.message, words);
  }
});

Deno.test({
  name:
    "explain() tells whom nobody answers on another PC how to open the server",
  permissions: "none",
}, () => {
  const hintAt = (address: string) =>
    explain(at(new errors.ConnectionRefused(), "connect", address)).hint!;
  assertMatch(hintAt("127.0.0.1:9900"), /^start the server first/);
  assertMatch(hintAt("[::1]:9900"), /^start the server first/);
  assertMatch(hintAt("192.168.0.7:9900"), /--host 0\.0\.0\.0/);
  assertMatch(hintAt("pc7.lan:9900"), /--host 0\.0\.0\.0/);
});

Deno.test({
  name: "explain() uses one line, without the system's error numbers",
  permissions: "none",
}, () => {
  const error = at(
    new Error("Address family not supported (os error 97)"),
    "lookup",
  );
  assert(!explain(error).message.includes("os error"));
  for (const [error, exitCode] of CASES) {
    if (exitCode === EXIT.SOFTWARE) continue; // a bug shows where it is
    assert(!explain(error).message.includes("\n"));
  }
});

Deno.test({
  name:
    "explain() hints at what to do, with this machine's addresses if it may know them",
  permissions: { sys: ["networkInterfaces"] },
}, () => {
  const error = new errors.AddrNotAvailable("");
  assertMatch(explain(error).hint!, /127\.0\.0\.1/);
});

Deno.test({
  name: "located() notes the innermost place, on the same error",
  permissions: "none",
}, () => {
  const error = new errors.ConnectionReset("reset");
  assertEquals(located(error, "read", "a:1"), error);
  located(error, "connect", "b:2");
  assertMatch(explain(error).message, /^a:1/);
  assertEquals(located("text", "read", "a:1"), "text");
});
