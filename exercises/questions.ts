/**
 * The theory questions of the lab sheet, with their answers.
 *
 * ```text
 * $ deno run exercises/questions.ts 5.1
 * Question: 5.1 What is the difference between a function and a module?
 * …
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { answerText } from "../lib/help.ts";
import { operands } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

const NUMBERS = ["5.1", "5.2", "5.3", "5.4"];

const options = {
  _: operands("[number …]", "the questions to show", parseNumber, {
    values: NUMBERS,
  }),
};

export const exercise: Exercise = {
  id: "questions",
  sheet: "5.1–5.4",
  title: "Theory questions and answers",
  options,
  example: `
$ deno run exercises/questions.ts 5.1
Question: 5.1 What is the difference between a function and a module?`,
  questions: [
    {
      question: "5.1 What is the difference between a function and a module?",
      answer: `
A function is a unit of code: a named piece of a program that takes arguments,
does one thing, and returns a value. It is called by its name, as often as needed.

A module is a unit of files: one file that holds functions, variables and types, and
exports what others may use. It is imported, and evaluated once. It is a namespace
of its own, so two modules may use the same names inside without harm, and it is the
unit of reuse: many programs share one module.`,
    },
    {
      question: "5.2 When should a variable be local, and when global?",
      answer: `
Local wherever possible. A local variable belongs to one call of its function; only
that function, and functions written inside it, can see and change it, so a reader
sees all that happens to it in one place.

Constants of a module are fine at its top level: a port, a time limit, with "const".
A module-level variable that functions change is shared mutable state, and that has
a cost: every function that uses it depends on what the others did before, tests
influence each other, and in a server two clients served at the same time overwrite
each other's values. Pass values as arguments and return results instead.`,
    },
    {
      question:
        "5.3 What is the role of sockets? Are port numbers random, or chosen by a rule?",
      answer: `
A socket is an endpoint of communication between two processes, on one machine or on
two: the program reads and writes it, and the operating system does the transport.
It is named by a protocol (TCP or UDP), an IP address and a port. A TCP connection is
identified by the 5-tuple: protocol, local address, local port, remote address,
remote port. That is why one server port can serve many clients at once. On Unix a
socket is a file descriptor, on Windows a handle.

Ports follow a rule. Servers use a port that clients can know: the IANA registry
(RFC 6335) assigns 0 to 1023 (system) and 1024 to 49151 (user) to services, such as
80 to http. A client's port is chosen by its kernel from a range of free ones
(dynamic, 49152 to 65535 by the RFC; 32768 to 60999 by default on Linux), and the
server learns it from the connection. Within that range the choice is unpredictable
on purpose (RFC 6056): nobody outside should be able to guess it.`,
    },
    {
      question:
        "5.4 Why is the IPv4 address of a remote host needed, and what is DNS?",
      answer: `
Because packets are routed by address: a packet carries its destination's IP address,
and every router on the way looks at it. Names are for people, so a name has to be
turned into an address before anything can be sent.

DNS, the Domain Name System, does that. It is a distributed database, a hierarchy of
zones from the root over org to python.org, each served by its own name servers. A
program asks the stub resolver of its machine, which asks a recursive name server, of
the campus or the provider; that one asks its way down from the root and keeps the
answer in a cache for as long as the record's TTL (time to live) says. Records have
types: A is an IPv4 address, AAAA an IPv6 address, CNAME another name, MX a mail
server, NS a name server.

An address is not unique to a device: behind NAT (network address translation) a
whole house shares one public address, the private ones such as 192.168.0.1 are used
again in many networks, one device can have several addresses, and one name can lead
to many servers.`,
    },
  ],
  permissions: {},
};

function parseNumber(text: string): string {
  if (NUMBERS.includes(text)) return text;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a question: they are ${NUMBERS.join(", ")}`,
  );
}

export async function main(args: string[]): Promise<void> {
  const { _: numbers } = await parseOptions(options, args);
  const questions = exercise.questions.filter(({ question }) =>
    numbers.includes(question.slice(0, 3))
  );
  console.log(answerText({ ...exercise, questions }));
}

if (import.meta.main) await runExercise(exercise, main);
