/** AES-GCM's usual length of a nonce. */
const NONCE = 12;

/**
 * Encryption at rest: AES-GCM with a key that never leaves this browser's database and that no script can read. Against
 * those who copy the database's files, not against scripts of the same page.
 */
export class RestCipher {
  readonly #key: CryptoKey;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** A new key; not extractable. Needs WebCrypto (https or localhost). */
  static newKey(): Promise<CryptoKey> {
    return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  }

  /** @returns nonce and ciphertext */
  async seal(bytes: Uint8Array): Promise<Uint8Array> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.#key, bytes as BufferSource);
    const whole = new Uint8Array(NONCE + sealed.byteLength);
    whole.set(nonce);
    whole.set(new Uint8Array(sealed), NONCE);
    return whole;
  }

  /** @throws OperationError when the bytes are not what `seal` made with this key */
  async open(sealed: Uint8Array): Promise<Uint8Array> {
    const iv = sealed.slice(0, NONCE);
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, this.#key, sealed.slice(NONCE));
    return new Uint8Array(bytes);
  }
}
