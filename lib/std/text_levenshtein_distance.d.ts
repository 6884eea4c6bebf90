/** How many letters have to be added, removed or replaced to make one word the other. */
export function levenshteinDistance(str1: string, str2: string): number;
