/**
 * Foreign bytes and text made safe to print: whatever a peer, a name server or
 * a file says, no control sequence of it reaches the terminal.
 *
 * @module
 */

/** How much of a text is shown: any line of the lab whole. Of more, only the count is added. */
const SHOWN = 65_536;
/** The same for bytes as `b'…'`, which are for looking at. */
const SHOWN_BYTES = 4096;

const NAMED: Record<string, string> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

// Most texts are printable ASCII: the patterns below are then not looked at.
const PLAIN = /^[ -~]*$/;

// What a terminal acts on or a reader cannot see: the Unicode categories
// control, format, surrogate, private use, line and paragraph separator. Joiners
// stay where Bangla, Persian and emoji need them: behind a letter of such a
// script, a mark or a pictograph. Text, not a literal: V8 would take 1 ms of every
// start to read the Unicode properties of one that is hardly ever used.
const UNSAFE = String
  .raw`(?![\u200c\u200d\ufe0e\ufe0f]|\t)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\t|(?<![\p{Lo}\p{M}\p{Extended_Pictographic}])[\u200c\u200d]|(?<!\p{Emoji})[\ufe0e\ufe0f]`;

// Well-formed UTF-8 (Unicode 15, table 3-7) in a string of one character a byte.
const WELL_FORMED =
  /((?:[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+)/;

/**
 * Bytes as Python's `repr` shows them. Of more than 4,096 bytes the rest is
 * only counted.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bytesRepr } from "./text.ts";
 *
 * assertEquals(bytesRepr(new Uint8Array([104, 105, 10, 255])), "b'hi\\n\\xff'");
 * ```
 */
export function bytesRepr(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const quote = shown.includes(39) && !shown.includes(34) ? '"' : "'";
  let body = "";
  for (const byte of shown) {
    const character = String.fromCharCode(byte);
    if (character === quote || character === "\\") body += "\\" + character;
    else if (byte >= 32 && byte < 127) body += character;
    else body += NAMED[character] ?? escaped(byte);
  }
  return `b${quote}${body}${quote}` + rest(bytes.length, SHOWN_BYTES, "bytes");
}

/**
 * Text with every character that a terminal would act on, or a reader could
 * not see, as an escape: `\x1b`, `\u{202e}`. Of more than 65,536 characters the
 * rest is only counted.
 */
export function visible(text: string): string {
  return escapeUnsafe(text.slice(0, SHOWN)) +
    rest(text.length, SHOWN, "characters");
}

/** UTF-8 bytes as {@linkcode visible} text; a byte that is not UTF-8 as `\xff`. */
export function visibleBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const shown = bytes.subarray(0, SHOWN);
  const text = toCharacters(shown);
  const pieces = PLAIN.test(text) ? [text] : text.split(WELL_FORMED)
    .map((piece, index) => {
      const raw = toBytes(piece);
      // split() puts what the pattern matched at the odd places.
      return index % 2 === 1
        ? escapeUnsafe(decoder.decode(raw))
        : Array.from(raw, escaped).join("");
    });
  return pieces.join("") + rest(bytes.length, SHOWN, "bytes");
}

/** Two hexadecimal digits a byte. */
export function hexOf(bytes: Iterable<number>): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
}

/** Bytes as characters of the same numbers, to be cut and replaced as text is. */
export function toCharacters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** What {@linkcode toCharacters} has made characters of. */
export function toBytes(characters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** A word of a command line as the shell takes it back. */
export function quote(word: string): string {
  if (Deno.build.os === "windows") {
    // PowerShell would not run a program whose path is in quotes.
    if (/^[\w.,:/\\@+=-]+$/.test(word)) return word;
    // A backslash at the end would make the quote one of the text.
    return `"${visible(word).replaceAll('"', '""').replace(/\\+$/, "$&$&")}"`;
  }
  if (/^[\w.,:/@%+=-]+$/.test(word)) return word;
  // Nothing in single quotes is special.
  return `'${visible(word).replaceAll("'", "'\\''")}'`;
}

/** Paragraphs filled to `width` columns; one with indented lines stays as it is. */
export function wrap(text: string, width = 78): string {
  const line = new RegExp(`(.{1,${width}})(?: |$)`, "g");
  return text.trim().split(/\n{2,}/).map((paragraph) =>
    /^ /m.test(paragraph)
      ? paragraph
      : paragraph.replace(/\s+/g, " ").replace(line, "$1\n").trimEnd()
  ).join("\n\n");
}

function escapeUnsafe(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(new RegExp(UNSAFE, "gu"), (character) => {
    const code = character.codePointAt(0)!;
    return NAMED[character] ??
      (code < 256 ? escaped(code) : `\\u{${code.toString(16)}}`);
  });
}

function escaped(byte: number): string {
  return "\\x" + hexOf([byte]);
}

function rest(length: number, shown: number, unit: string): string {
  return length > shown ? `… (${length} ${unit})` : "";
}
