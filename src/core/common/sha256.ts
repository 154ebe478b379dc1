import { hex } from './bytes';
/** Lower-case hex SHA-256 of the bytes. Needs a secure context (https, localhost or Node). */
export async function sha256(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  // WebCrypto rejects a view on a SharedArrayBuffer; no caller has one.
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource);
  return hex(new Uint8Array(digest));
}

/** Whether this context can hash: browsers hide WebCrypto from pages served over plain http. */
export const canHash = (): boolean => globalThis.crypto?.subtle !== undefined;
