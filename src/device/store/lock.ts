import * as v from 'valibot';
import { joinBytes, randomId } from '../../core/common/bytes';
import { SidestreamError } from '../../error';
import type { Encryption } from './encryption';

/** Usual length of a nonce of AES-GCM, bytes. */
const NONCE = 12;

/** Encryption at rest: AES-GCM with a random nonce per message. */
export class AtRestCipher {
  constructor(private readonly key: CryptoKey) {}

  /** @param bytes the 32 bytes of a key */
  static async of(bytes: Uint8Array): Promise<AtRestCipher> {
    const usages: KeyUsage[] = ['encrypt', 'decrypt'];
    return new AtRestCipher(await crypto.subtle.importKey('raw', bytes as BufferSource, 'AES-GCM', false, usages));
  }

  async encrypt(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.key, bytes as BufferSource);
    return joinBytes([nonce, new Uint8Array(encrypted)]);
  }

  /** @throws OperationError when `encrypt` did not make these bytes with this key */
  async decrypt(encrypted: Uint8Array): Promise<Uint8Array> {
    const iv = encrypted.slice(0, NONCE);
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, this.key, encrypted.slice(NONCE));
    return new Uint8Array(bytes);
  }
}

export type Opener = Exclude<Encryption, false>;

const VERSION = 1;
/** Size of the key in a lock, bytes. */
const KEY = 32;
/** Bytes of that key encrypted, with nonce and tag. */
const ENCRYPTED_KEY = 12 + KEY + 16;

const lockSchema = v.object({
  version: v.literal(VERSION),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** The key of all stored data, encrypted: only the shop's key decrypts it. */
  sealedKey: v.pipe(v.instance(Uint8Array), v.length(ENCRYPTED_KEY)),
});

export type Lock = v.InferOutput<typeof lockSchema>;

/** Parses a stored lock. @throws SidestreamError `store/newer-schema`, `store/corrupt` */
export function parseLock(stored: unknown): Lock {
  const lock = v.safeParse(lockSchema, stored);
  if (lock.success) return lock.output;
  const version = v.safeParse(v.object({ version: v.pipe(v.number(), v.minValue(VERSION + 1)) }), stored);
  if (version.success) {
    throw new SidestreamError(
      'store/newer-schema',
      'Newer code encrypted the profile on this device. Reload the page to get it.',
    );
  }
  throw new SidestreamError(
    'store/corrupt',
    'The lock of the encrypted profile on this device is damaged, so the profile can no longer be decrypted. Recommendations continue in memory; profile.forget() deletes it.',
  );
}

export async function newLock(opener: Opener): Promise<Lock> {
  const key = crypto.getRandomValues(new Uint8Array(KEY));
  const id = randomId(16);
  const sealedKey = await (await cipherOf(opener)).encrypt(key);
  return { version: VERSION, id, sealedKey };
}

/** Decrypts the key of a lock. @returns the cipher with that key @throws SidestreamError `store/wrong-key` */
export async function openLock(lock: Lock, encryption: Encryption): Promise<AtRestCipher> {
  if (!encryption) {
    throw new SidestreamError(
      'store/wrong-key',
      'The profile on this device is encrypted with a key of the shop: start with it, createRecommender({ encrypt: { key } }). Until then it is neither read nor changed, and recommendations continue in memory; profile.forget() deletes it.',
    );
  }
  const opening = await cipherOf(encryption);
  try {
    return await AtRestCipher.of(await opening.decrypt(lock.sealedKey));
  } catch (cause) {
    throw new SidestreamError(
      'store/wrong-key',
      'The profile on this device does not open with this key. Start with the key it was encrypted with; until then it is neither read nor changed, and recommendations continue in memory. profile.forget() deletes it.',
      { cause },
    );
  }
}

/** The cipher that encrypts a lock's key. */
async function cipherOf(opener: Opener): Promise<AtRestCipher> {
  return opener.key instanceof Uint8Array ? AtRestCipher.of(opener.key) : new AtRestCipher(opener.key);
}
