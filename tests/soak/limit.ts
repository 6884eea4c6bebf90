/**
 * The limit of descriptors: a connection is one, at each of its ends.
 *
 * @module
 */

import type { Fault } from "../../lib/fault.ts";

/** This process or the server has no descriptor left. */
export class DescriptorLimit extends Error {
  /** The limit is reached. */
  constructor() {
    super("no descriptor is left");
  }
}

/** Whether an error says that no descriptor is left. */
export function isDescriptorLimit(error: unknown): boolean {
  const { code } = error as Fault;
  return error instanceof DescriptorLimit || code === "EMFILE" ||
    code === "ENFILE";
}
