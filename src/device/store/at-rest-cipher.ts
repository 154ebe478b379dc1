/** Usual length of a nonce of AES-GCM, bytes. */
const NONCE = 12;

/** Encryption at rest: AES-GCM with a random nonce per message. Its protection depends on where the key is kept. */
export class AtRestCipher {
  readonly #key: CryptoKey;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** Makes a non-extractable key; if it is stored in a database, its bytes are still in the browser's files. */
  static newKey(): Promise<CryptoKey> {
    return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  }

  /** @param bytes the 32 bytes of a key */
  static async of(bytes: Uint8Array): Promise<AtRestCipher> {
    const usages: KeyUsage[] = ['encrypt', 'decrypt'];
    return new AtRestCipher(await crypto.subtle.importKey('raw', bytes as BufferSource, 'AES-GCM', false, usages));
  }

  /** @returns nonce and ciphertext */
  async encrypt(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.#key, bytes as BufferSource);
    const whole = new Uint8Array(NONCE + encrypted.byteLength);
    whole.set(nonce);
    whole.set(new Uint8Array(encrypted), NONCE);
    return whole;
  }

  /** @throws OperationError when `encrypt` did not make these bytes with this key */
  async decrypt(encrypted: Uint8Array): Promise<Uint8Array> {
    const iv = encrypted.slice(0, NONCE);
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, this.#key, encrypted.slice(NONCE));
    return new Uint8Array(bytes);
  }
}
