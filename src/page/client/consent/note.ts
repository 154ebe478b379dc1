/** Default key of the note. */
export const NOTE = 'recommendations';

/** Content of a note. `forget`: the shopper withdrew the answer, and the deletion is not carried out yet. */
export type Noted = 'granted' | 'denied' | 'forget';

/**
 * Reads the shopper's answer from an earlier page, for the option `consent` of `createRecommender`. Returns `pending` if the
 * answer was withdrawn on a page that was left before the deletion had finished: nothing on the device is read until the deletion
 * is done.
 * @param key localStorage key of the note. Default `recommendations`
 * @returns undefined without a note, on a server, and if the browser forbids localStorage
 */
export function notedConsent(key: string = NOTE): 'granted' | 'denied' | 'pending' | undefined {
  const noted = readNote(key);
  return noted === 'forget' ? 'pending' : noted;
}

export function readNote(key: string): Noted | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === 'granted' || text === 'denied' || text === 'forget' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** If the browser forbids localStorage, the answer lasts as long as the page. */
export function writeNote(key: string, noted: Noted): void {
  try {
    localStorage.setItem(key, noted);
  } catch {
    // Full or forbidden: an older note must not count.
    removeNotes([key]);
  }
}

export function removeNotes(keys: readonly string[]): void {
  for (const key of keys) {
    try {
      localStorage.removeItem(key);
    } catch {
      // localStorage is forbidden: there is no note.
    }
  }
}
