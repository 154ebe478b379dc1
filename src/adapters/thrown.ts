/** What a page threw, in words. That may be anything, also something that throws in its turn when it is read. */
export function wordsOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    // There is no more to be known of it.
    return 'something that cannot be read';
  }
}
