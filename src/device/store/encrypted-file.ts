import { hex, joinBytes } from '../../core/common/bytes';
import { SidestreamError } from '../../error';

/** Rounds of PBKDF2 for new keys, as OWASP recommends for SHA-256. */
const ROUNDS = 600_000;
/** Accepted rounds of a stored key: no version of this code has written fewer, and more would delay the page. */
const MIN_ROUNDS = 600_000;
const MAX_ROUNDS = 2_000_000;
const SALT = 16;

/** Derives the AES-GCM key of a passphrase by PBKDF2-SHA-256. Unicode forms of the same passphrase give the same key. */
async function passphraseKey(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** First line of an encrypted file: format, version, rounds of PBKDF2, salt and nonce in hex. */
const MAGIC = 'sidestream-sealed';
const VERSION = 1;
/** Usual length of a nonce of AES-GCM, bytes. */
const NONCE = 12;
/** Maximum length of the first line, bytes. */
const MAX_HEAD_BYTES = 256;
const HEAD = new RegExp(`^${MAGIC} ${VERSION} (\\d{6,7}) ([0-9a-f]{${2 * SALT}}) ([0-9a-f]{${2 * NONCE}})\n$`);
const ANY_VERSION = new RegExp(`^${MAGIC} (\\d{1,9}) `);

/** Whether a file is encrypted by `encryptFile`. */
export const isEncrypted = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;

/** Encrypts a file by a passphrase, not empty: AES-GCM under a key of PBKDF2-SHA-256 (600,000 rounds, random salt). */
export async function encryptFile(bytes: Uint8Array, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const key = await passphraseKey(passphrase, salt, ROUNDS);
  const head = new TextEncoder().encode(`${MAGIC} ${VERSION} ${ROUNDS} ${hex(salt)} ${hex(nonce)}\n`);
  const encrypted = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: head },
    key,
    bytes as BufferSource,
  );
  return joinBytes([head, new Uint8Array(encrypted)]);
}

/**
 * Decrypts a file of `encryptFile`.
 * @throws SidestreamError `store/wrong-key` when the passphrase is wrong or the file was changed,
 *   `store/corrupt` when it is not an encrypted file, `store/newer-schema` when newer code wrote it
 */
export async function decryptFile(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf(10) + 1;
  const head = bytes.slice(0, end);
  const text = new TextDecoder().decode(head);
  const version = Number(ANY_VERSION.exec(text)?.[1] ?? 0);
  if (version > VERSION) {
    throw new SidestreamError('store/newer-schema', `The file is of version ${version}; reload the page to read it.`);
  }
  const [, iterations, salt = '', nonce = ''] = HEAD.exec(text) ?? [];
  const rounds = Number(iterations);
  if (!(rounds >= MIN_ROUNDS && rounds <= MAX_ROUNDS)) {
    throw new SidestreamError('store/corrupt', 'The file is not an encrypted profile. Export it again.');
  }
  const key = await passphraseKey(passphrase, bytesOf(salt), rounds);
  try {
    const open = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytesOf(nonce), additionalData: head },
      key,
      bytes.slice(end),
    );
    return new Uint8Array(open);
  } catch (cause) {
    throw new SidestreamError(
      'store/wrong-key',
      'The passphrase is wrong, or the file was changed. Try another passphrase, or export the profile again.',
      { cause },
    );
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
