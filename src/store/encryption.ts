import * as v from 'valibot';

/** Bytes of a key. */
const KEY = 32;
const LONGEST_PASSPHRASE = 1024;

/**
 * How a device keeps what it knows of a shopper: log, profile, snapshots, counters, added items and the experiment's id.
 *
 * - `false`: as it is. Anybody who has the browser's files reads it.
 * - `true`: under a key that the browser makes and keeps in the same database. Scripts can use that key and not read it,
 *   but the browser stores it beside the data, in Chromium as 32 plain bytes. A search through the files finds no item;
 *   anybody who has all files of the browser's profile can decrypt them. What was kept in the clear before stays so until it
 *   is written again.
 * - `{ passphrase }`: under a key that a passphrase opens (PBKDF2-SHA-256, 600,000 rounds: part of a second at each start).
 *   Somebody who has all files has to guess the passphrase.
 * - `{ key }`: under a key that 32 random bytes open, or an AES-GCM `CryptoKey` of 256 bits for `encrypt` and `decrypt`,
 *   such as the shop's login gives. Somebody who has all files, but not that key, reads nothing.
 *
 * None of them protects against scripts of the same origin, extensions, or anyone who reads the memory of the browser
 * while the page is open; and the browser's own history and cache are not the page's to encrypt. What stays readable: that
 * there is a profile, how many events, snapshots and items it has, in which order they came, and about how long each is.
 *
 * A profile under a passphrase or key opens with that one alone, else `store/wrong-passphrase` is reported, nothing of it
 * is read or changed, and the page goes on in memory. Given for the first time, it encrypts what was there before, in
 * the clear or under a key of the browser; the browser's files may hold deleted bytes for a while. To change a
 * passphrase, export the profile, `forget()`, and import it under the new one.
 */
export type Encryption = boolean | { passphrase: string } | { key: CryptoKey | Uint8Array };

const isCryptoKey = (value: unknown): value is CryptoKey =>
  typeof CryptoKey !== 'undefined' && value instanceof CryptoKey;

/** Whether a key can encrypt and decrypt as this code does. */
function fits({ algorithm, usages }: CryptoKey): boolean {
  const known = v.safeParse(v.object({ name: v.literal('AES-GCM'), length: v.literal(8 * KEY) }), algorithm);
  return known.success && usages.includes('encrypt') && usages.includes('decrypt');
}

const passphraseSchema = v.strictObject({
  passphrase: v.pipe(
    v.string(),
    v.minLength(1, 'the passphrase is empty; leave "encrypt" out for a profile that is not encrypted'),
    v.maxLength(LONGEST_PASSPHRASE, `a passphrase has at most ${LONGEST_PASSPHRASE} characters`),
  ),
});

const keySchema = v.strictObject({
  key: v.union(
    [
      v.pipe(
        v.instance(Uint8Array),
        v.check(({ length }) => length === KEY, `a key has ${KEY} bytes`),
      ),
      v.pipe(
        v.custom<CryptoKey>(isCryptoKey),
        v.check(fits, 'a CryptoKey must be one of AES-GCM, 256 bits, for "encrypt" and "decrypt"'),
      ),
    ],
    `a key is a Uint8Array of ${KEY} bytes or a CryptoKey`,
  ),
});

/** The option as it comes from the page. What is not one of its forms is refused, with what it has to be. */
export const encryptionSchema = v.lazy((input) => {
  const form = v.safeParse(v.looseObject({}), input).success ? Object.keys(Object(input)).join() : '';
  if (form === 'passphrase') return passphraseSchema;
  if (form === 'key') return keySchema;
  return v.boolean('encrypt is true, false, { passphrase: "…" } or { key }');
}) as v.GenericSchema<unknown, Encryption>;
