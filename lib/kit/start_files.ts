/**
 * The texts of a kit: what starts the lab on a PC without Deno, and the page to
 * read first.
 *
 * @module
 */

import type { Platform, Release } from "./release.ts";

/**
 * `lab.sh` in POSIX shell: `exercises/lab.ts` with the Deno beside it and the
 * permissions of the tasks in deno.json.
 */
export function labSh(platform: Platform): string {
  return `#!/bin/sh
# Starts the lab with the Deno beside this file:
#   ./lab.sh    ./lab.sh demo    ./lab.sh run echo_server    ./lab.sh explain 5.1
own=$(readlink -f -- "$0" 2>/dev/null) || own=$0
here=$(CDPATH= cd -- "$(dirname -- "$own")" && pwd -P) || exit 71
deno=$here/deno
fail() {
  printf 'lab: %s\\nhint: %s\\n' "$1" "$2" >&2
  exit 69
}
[ -f "$deno" ] || fail "there is no program deno beside lab.sh" \\
  "unpack the whole zip, and take the kit that is for this system"
[ -x "$deno" ] || fail "the program deno beside lab.sh may not be run" \\
  "type: chmod +x deno lab.sh; or copy the folder to a disk that lets programs run"
case $here in *,*)
  fail "Deno cannot run in a folder with a comma in its name: $here" \\
    "rename that folder"
  ;;
esac
export DENO_NO_UPDATE_CHECK=1
said=$("$deno" --version 2>&1) ||
  fail "this kit is for ${platform}, and its Deno does not run here: $said" \\
    "take the kit that is for this system"
if [ "\${1-}" = demo ]; then
  temp=\${TMPDIR:-/tmp}
  exec "$deno" run --no-prompt --quiet "--allow-run=$deno" \\
    --allow-net=127.0.0.1 "--allow-write=$temp" \\
    "$here/exercises/lab.ts" demo "$temp"
fi
exec "$deno" run --no-prompt --quiet "--allow-run=$deno" \\
  "$here/exercises/lab.ts" "$@"
`;
}

/** `lab.cmd`, the same for Windows. */
export const LAB_CMD: string = crlf(`@echo off
rem Starts the lab with the Deno beside this file:
rem   lab    lab demo    lab run echo_server    lab explain 5.1
setlocal DisableDelayedExpansion
chcp 65001 >nul
set "HERE=%~dp0"
set "DENO_NO_UPDATE_CHECK=1"
if not exist "%HERE%deno.exe" goto missing
if not "%HERE:,=%"=="%HERE%" goto comma
if "%~1"=="demo" goto demo
"%HERE%deno.exe" run --no-prompt --quiet "--allow-run=%HERE%deno.exe" "%HERE%exercises\\lab.ts" %*
exit /b %ERRORLEVEL%

:demo
"%HERE%deno.exe" run --no-prompt --quiet "--allow-run=%HERE%deno.exe" --allow-net=127.0.0.1 "--allow-write=%TEMP%" "%HERE%exercises\\lab.ts" demo "%TEMP%"
exit /b %ERRORLEVEL%

:missing
echo lab: there is no program deno.exe beside lab.cmd>&2
echo hint: unpack the whole zip, and take the kit that is for this system>&2
exit /b 69

:comma
echo lab: Deno cannot run in a folder with a comma in its name>&2
echo hint: rename that folder>&2
exit /b 69
`);

/** `START.txt`: a page for students, and for whoever runs the room. */
export function startText(platform: Platform, { version }: Release): string {
  const text = `SDN_LAB for ${platform}, with Deno ${version}

The programs of the networks lab: TCP, UDP, names and services. Nothing has to
be installed, there is no need for the Internet or for an administrator.

FIRST: type these three

  Windows                         Linux, macOS
  lab                             ./lab.sh                      the list
  lab run function_2 5 5          ./lab.sh run function_2 5 5   one program
  lab demo                        ./lab.sh demo                 all of them

Windows: unpack the whole zip, open the folder, type cmd in its address bar and
press Enter. In PowerShell it is .\\lab in the place of lab.
Linux, macOS: unpack the zip, and open a terminal in the folder.

From here on, lab is ./lab.sh on Linux and macOS.

TWO TERMINALS: first the server, then the client; Ctrl+C ends the server

  lab run echo_server
  lab run echo_client

YOUR OWN PROJECT (4.1.1): in a folder of your own, with the whole path of lab

  C:\\sdn_lab-windows-x64\\lab run create_project

A CLASSMATE'S PC: the server says at which address it can be reached; type that
on the other PC in the place of 192.168.0.7

  lab run echo_server --host 0.0.0.0
  lab run echo_client --host 192.168.0.7

Both PCs have to be on one network, and the firewall has to let port 9900 in.

WINDOWS: answer "Terminate batch job?" after Ctrl+C with y. Ctrl+Z and Enter end
the input. Letters that are not English may come to message_client from a file
alone. Your own project goes on a disk of the PC, not on a network drive.

THE ANSWERS to the questions of the sheet, and the options of a program

  lab explain 5.1
  lab run echo_server --answer
  lab run echo_server --help

README.md says more. Where a text says "deno task lab", type lab; where it says
"deno run", type .\\deno run (Windows) or ./deno run (Linux, macOS), right here.

FOR THE ROOM'S ADMINISTRATOR

The folder may be read-only or on a share, but have no comma in its path. Each
program gets just the permissions that the list shows; the demo also writes to
the user's temporary folder. Deno keeps a cache in the user's home if it can.
SHA256SUMS has the checksums of all files: sha256sum -c SHA256SUMS
For classmates' PCs the firewall of Windows has to let in this deno.exe, once:
netsh advfirewall firewall add rule name=SDN_LAB dir=in action=allow program=...
Not tried: Windows at all, its SmartScreen (perhaps "More info", "Run anyway"),
and macOS Gatekeeper (perhaps: xattr -dr com.apple.quarantine .).
`;
  return platform.startsWith("windows") ? crlf(text) : text;
}

// cmd.exe reads a batch file reliably only with the line ends of Windows.
function crlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}
