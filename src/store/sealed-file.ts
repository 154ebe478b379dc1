import { SidestreamError } from '../error';

/** Begin of a sealed file: its name, the version, the iterations of PBKDF2, salt and nonce in hex, then a line end. */
const MAGIC = 'sidestream-sealed';
const VERSION = 1;
/** As OWASP asks of PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** More than that would only hold up the page. */
const MOST_ITERATIONS = 10_000_000;

/** Whether bytes begin as `seal` writes them. */
export const isSealed = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;

/** Encrypts a file by a passphrase: AES-GCM under a key of PBKDF2-SHA-256 (600,000 rounds, random salt). */
export async function seal(bytes: Uint8Array, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyOf(passphrase, salt, ITERATIONS);
  const head = new TextEncoder().encode(`${MAGIC} ${VERSION} ${ITERATIONS} ${hex(salt)} ${hex(nonce)}\n`);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: head },
    key,
    bytes as BufferSource,
  );
  const whole = new Uint8Array(head.length + sealed.byteLength);
  whole.set(head);
  whole.set(new Uint8Array(sealed), head.length);
  return whole;
}

/**
 * Decrypts what `seal` wrote.
 * @throws SidestreamError `store/wrong-passphrase` when the passphrase is another one or the file was changed,
 *   `store/corrupt` when it is no sealed file, `store/newer-schema` when newer code wrote it
 */
export async function openSealed(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const end = bytes.indexOf(10) + 1;
  const head = bytes.slice(0, end);
  const [magic, version, iterations, salt, nonce] = new TextDecoder().decode(head).trim().split(' ');
  const rounds = Number(iterations);
  const sound = magic === MAGIC && rounds >= 1 && rounds <= MOST_ITERATIONS && isHex(salt) && isHex(nonce);
  if (sound && Number(version) > VERSION) {
    throw new SidestreamError('store/newer-schema', `The file is of version ${version}; reload the page to read it.`);
  }
  if (!sound) throw new SidestreamError('store/corrupt', 'The file is no sealed profile. Export it again.');
  const key = await keyOf(passphrase, bytesOf(salt), rounds);
  try {
    const open = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytesOf(nonce), additionalData: head },
      key,
      bytes.slice(end),
    );
    return new Uint8Array(open);
  } catch (cause) {
    throw new SidestreamError(
      'store/wrong-passphrase',
      'The file does not open with this passphrase, or it was changed. Try another passphrase, or export it again.',
      { cause },
    );
  }
}

async function keyOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const secret = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const isHex = (text: string | undefined): text is string => text !== undefined && /^([0-9a-f]{2})+$/.test(text);

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
