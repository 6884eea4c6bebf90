/**
 * The Deno executables that npm publishes, each pinned by version and checksums.
 *
 * @module
 */

/** The platforms that a kit can be made for. */
export const PLATFORMS = [
  "windows-x64",
  "linux-x64",
  "linux-arm64",
  "macos-x64",
  "macos-arm64",
] as const;

/** One of {@linkcode PLATFORMS}. */
export type Platform = typeof PLATFORMS[number];

/** A Deno executable as npm publishes it. */
export interface Release {
  /** The name of the package. */
  name: string;
  /** Its version, which is Deno's. */
  version: string;
  /** The checksum of the archive that is downloaded, as npm states it. */
  integrity: string;
  /** The executable in it. */
  file: "deno" | "deno.exe";
  /**
   * The executable's own checksum, in hexadecimal: what Deno finds in its cache
   * it does not compare with the archive's.
   */
  sha256: string;
}

/**
 * What a kit takes from npm. `npm view <name> versions` shows what there is, and
 * `npm view <name>@<version> dist.integrity` the first checksum.
 */
export const RELEASES: Readonly<Record<Platform, Release>> = {
  "windows-x64": {
    name: "@deno/win32-x64",
    version: "2.9.5",
    integrity:
      "sha512-LkcERsH0olOgevg9L9eootSr1U8ydyfnX1bS3mFqU+lGBeTYtlec5b/QF473WUOGVgPlWECrkxi4As5kEaFOzg==",
    file: "deno.exe",
    sha256: "98f8c2a2d470e4ccb04c935c86ff8050817d877762aec5eaeeb9e409ccb3b9fd",
  },
  "linux-x64": {
    name: "@deno/linux-x64-glibc",
    version: "2.9.6",
    integrity:
      "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
    file: "deno",
    sha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
  },
  "linux-arm64": {
    name: "@deno/linux-arm64-glibc",
    version: "2.9.5",
    integrity:
      "sha512-IuYjsz9PGl7CJcNXMuN27KNDB8Q40brK3SG3l+TXMDVW61ZKwcn0fQHBHnXFiiygEwI8by/fKnASEluhZB1atw==",
    file: "deno",
    sha256: "e1a70c5eb03b0ebaf761077029ef86b9ba22d50e2b54ca45ce5437457f701b63",
  },
  "macos-x64": {
    name: "@deno/darwin-x64",
    version: "2.9.5",
    integrity:
      "sha512-gbdlxWZuAZFiJiZtTT00Mv/aC7f/31+pyqJGQKlZr5X33WeTo5B0GG+efcX3P1UZceRKHuPEAQ1B/M2oRt8r9Q==",
    file: "deno",
    sha256: "befc4fee79127584c0f5c9f76ca6bb73c8e6ff523c01acd52e9c5db1968a09cb",
  },
  "macos-arm64": {
    name: "@deno/darwin-arm64",
    version: "2.9.5",
    integrity:
      "sha512-SX98qSdBT1lw9x6NwGwx2xIayl1kRimdRnFohYlJ6nt3mLKzTKHHKQwQs5D2pEY7mbUGGbYe9brM2kfN75pPkg==",
    file: "deno",
    sha256: "b5bd08edab254d42d7b05aa5b6cb4c9b8d4dede4975aff76951ce2cce18866fa",
  },
};

/** The platform of this machine; `undefined` if there is no kit for it. */
export function hostPlatform(
  { os, arch }: Pick<typeof Deno.build, "os" | "arch"> = Deno.build,
): Platform | undefined {
  const system = os === "darwin" ? "macos" : os;
  const processor = arch === "x86_64" ? "x64" : "arm64";
  return PLATFORMS.find((one) => one === `${system}-${processor}`);
}
