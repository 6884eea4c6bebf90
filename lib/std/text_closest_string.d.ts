/** The word of `possibleWords`, which must not be empty, nearest to `givenWord`. */
export function closestString(
  givenWord: string,
  possibleWords: readonly string[],
): string;
