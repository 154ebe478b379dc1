/** Rounds of PBKDF2 that keys are made with, as OWASP asks of it with SHA-256. */
export const ROUNDS = 600_000;
/** Rounds that are taken from what is read: no version of this code has written fewer, and more would hold up the page. */
export const LEAST_ROUNDS = 600_000;
export const MOST_ROUNDS = 2_000_000;
/** Bytes of a salt. */
export const SALT = 16;

/** The key that a passphrase stands for: AES-GCM, by PBKDF2-SHA-256. However the passphrase is typed, it is the same. */
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
