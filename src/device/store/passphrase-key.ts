/** Rounds of PBKDF2 for new keys, as OWASP recommends for SHA-256. */
export const ROUNDS = 600_000;
/** Accepted rounds of a stored key: no version of this code has written fewer, and more would delay the page. */
export const MIN_ROUNDS = 600_000;
export const MAX_ROUNDS = 2_000_000;
/** Bytes of a salt. */
export const SALT = 16;

/** Derives the AES-GCM key of a passphrase by PBKDF2-SHA-256. Unicode forms of the same passphrase give the same key. */
export async function passphraseKey(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
