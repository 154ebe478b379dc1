import * as v from 'valibot';

/** Bytes of a key. */
const KEY = 32;

/**
 * Encryption of the data on the device: log, profile, snapshots, counters, added items and the id for experiments.
 *
 * - `false`: no encryption. Anybody who has the browser's files can read the data.
 * - `{ key }`: with a key of 32 random bytes, or an AES-GCM `CryptoKey` of 256 bits for `encrypt` and `decrypt`, for example
 *   from the shop's login. Anybody who has all files but not that key cannot read anything.
 *
 * It does not protect against scripts of the same origin, extensions, or anyone who reads the memory of the browser while
 * the page is open; and a page cannot encrypt the browser's own history and cache. The following stays readable: the
 * existence of a profile, the number of its events, snapshots and items, their order, and the approximate length of each.
 *
 * A profile encrypted with a key of the shop opens only with that one. Otherwise `store/wrong-key` is reported, the profile is
 * neither read nor changed, and the page continues in memory. A key given for the first time encrypts the existing data; the
 * browser's files may contain deleted bytes for a while. To change a key, export the profile, `profile.forget()`, and import it
 * under the new one.
 */
export type Encryption = false | { key: CryptoKey | Uint8Array };

const isCryptoKey = (value: unknown): value is CryptoKey =>
  typeof CryptoKey !== 'undefined' && value instanceof CryptoKey;

/** Whether a key has the algorithm and usages of this code. */
function fits({ algorithm, usages }: CryptoKey): boolean {
  const known = v.safeParse(v.object({ name: v.literal('AES-GCM'), length: v.literal(8 * KEY) }), algorithm);
  return known.success && usages.includes('encrypt') && usages.includes('decrypt');
}

const keySchema = v.strictObject({
  key: v.union(
    [
      v.pipe(
        v.instance(Uint8Array),
        v.check(({ length }) => length === KEY, `a key has ${KEY} bytes`),
      ),
      v.pipe(
        v.custom<CryptoKey>(isCryptoKey),
        v.check(fits, 'a CryptoKey must be for AES-GCM, 256 bits, "encrypt" and "decrypt"'),
      ),
    ],
    `a key is a Uint8Array of ${KEY} bytes or a CryptoKey`,
  ),
});

/** The option as it comes from the page. Issues name the required form. */
export const encryptionSchema: v.GenericSchema<unknown, Encryption> = v.lazy((input) =>
  v.is(v.looseObject({ key: v.unknown() }), input) ? keySchema : v.literal(false, 'encrypt is false or { key }'),
);
