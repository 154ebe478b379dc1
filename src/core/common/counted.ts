/** `1 row`, `2 rows`, `2 categories`: a number with a noun. @param plural default: with an `s` */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
