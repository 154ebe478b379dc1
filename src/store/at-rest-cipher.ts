/** AES-GCM's usual length of a nonce. */
const NONCE = 12;

/** Encryption at rest: AES-GCM with a random nonce for each text. What it protects against depends on where its key lies. */
export class RestCipher {
  readonly #key: CryptoKey;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** A new key, not extractable; the browser's own files hold its bytes where it is stored in a database. */
  static newKey(): Promise<CryptoKey> {
    return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  }

  /** @param bytes 32 of a key */
  static async of(bytes: Uint8Array): Promise<RestCipher> {
    const usages: KeyUsage[] = ['encrypt', 'decrypt'];
    return new RestCipher(await crypto.subtle.importKey('raw', bytes as BufferSource, 'AES-GCM', false, usages));
  }

  /** @returns nonce and ciphertext */
  async seal(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
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
