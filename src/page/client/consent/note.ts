/** Name of the note where the shop gives none. */
export const NOTE = 'recommendations';

/** What a note says. `forget`: the shopper took the answer back, and the deletion is not carried out yet. */
export type Noted = 'granted' | 'denied' | 'forget';

/**
 * Reads what the shopper answered on an earlier page, for the option `consent` of `createRecommender`. `pending` where the answer
 * was taken back on a page that was left before the deletion had ended: nothing on the device is read until that is done.
 * @param key name of the note in localStorage. Default `recommendations`
 * @returns undefined without a note, on a server, and where the browser forbids localStorage
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

/** Where the browser forbids localStorage, the answer holds as long as the page. */
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
      // Then there is none.
    }
  }
}
