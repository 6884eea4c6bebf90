/** A number of bytes for people: `94.1 MB`. */
export function format(num: number): string;
