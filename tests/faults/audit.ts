/**
 * What a program has accessed, or has asked for: Deno writes it to the file that
 * `DENO_AUDIT_PERMISSIONS` names.
 *
 * @module
 */

/** One access, granted or not. */
export interface Access {
  permission: string;
  value: string;
}

/** The accesses of an audit; without any there may be no file. */
export async function readAudit(path: string): Promise<Access[]> {
  try {
    const text = await Deno.readTextFile(path);
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
