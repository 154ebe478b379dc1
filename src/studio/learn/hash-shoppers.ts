import type { LogEvent } from '../../shop/logs';

/** Bytes of a hash that are kept: two of a billion shoppers are the same with a probability of one in 10^11. */
const KEPT_BYTES = 12;
/** Number of shoppers hashed at the same time. */
const AT_ONCE = 4096;

/**
 * Replaces the shopper of each event by a hash with a random salt that is kept nowhere: the ids of shoppers need only be equal
 * where the shopper is the same, and may be addresses of people.
 */
export async function hashShoppers(events: readonly LogEvent[]): Promise<LogEvent[]> {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const users = [...new Set(events.map(({ user }) => user))];
  const hashes = new Map<string, string>();
  for (let from = 0; from < users.length; from += AT_ONCE) {
    const part = users.slice(from, from + AT_ONCE);
    const hashed = await Promise.all(part.map((user) => hashOf(salt, user)));
    for (const [n, user] of part.entries()) hashes.set(user, hashed[n]);
  }
  return events.map((event) => ({ ...event, user: hashes.get(event.user) ?? '' }));
}

async function hashOf(salt: Uint8Array, user: string): Promise<string> {
  const text = new TextEncoder().encode(user);
  const salted = new Uint8Array(salt.length + text.length);
  salted.set(salt);
  salted.set(text, salt.length);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', salted)).subarray(0, KEPT_BYTES);
  return btoa(String.fromCharCode(...hash));
}
