/** A file to be packed. */
export class ZipDeflate {
  /** A file of the given path in the ZIP file; the level is 0 to 9. */
  constructor(filename: string, opts?: { level?: number });
  /** The system that the attributes belong to (APPNOTE.TXT, section 4.4.2). */
  os?: number;
  /** The external attributes (APPNOTE.TXT, section 4.4.15). */
  attrs?: number;
  /** Packs a piece, which must not change afterwards. */
  push(chunk: Uint8Array, final?: boolean): void;
}

/** A ZIP file, which is handed on piece by piece. */
export class Zip {
  /** A ZIP file whose pieces `cb` gets. */
  constructor(
    cb: (error: Error | null, data: Uint8Array, final: boolean) => void,
  );
  /** Begins a file; it must be pushed to the end before the next one. */
  add(file: ZipDeflate): void;
  /** Writes the list of files; nothing can be added any more. */
  end(): void;
}
