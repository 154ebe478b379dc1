import { afterEach, describe, expect, it, vi } from 'vitest';
import { decryptFile, encryptFile, isEncrypted } from './encrypted-file';

const bytes = new TextEncoder().encode('a learned profile');
const refused = (code: string) => expect.objectContaining({ code });

afterEach(() => void vi.restoreAllMocks());

describe('an encrypted file', () => {
  it('opens only with its passphrase, in any Unicode form', async () => {
    const sealed = await encryptFile(bytes, 'caf\u00e9');
    expect(isEncrypted(sealed)).toBe(true);
    expect(isEncrypted(bytes)).toBe(false);
    expect(new TextDecoder().decode(sealed)).not.toContain('learned');
    expect(await decryptFile(sealed, 'cafe\u0301')).toEqual(bytes);
    await expect(decryptFile(sealed, 'cafe')).rejects.toEqual(refused('store/wrong-key'));
  });

  it('differs each time', async () => {
    expect(await encryptFile(bytes, 'x')).not.toEqual(await encryptFile(bytes, 'x'));
  });

  it('is refused if it was changed, truncated, or is not such a file', async () => {
    const sealed = await encryptFile(bytes, 'x');
    const changed = sealed.slice();
    changed[sealed.length - 1] ^= 1;
    await expect(decryptFile(changed, 'x')).rejects.toEqual(refused('store/wrong-key'));
    await expect(decryptFile(sealed.slice(0, -1), 'x')).rejects.toEqual(refused('store/wrong-key'));
    for (const other of [bytes, new Uint8Array(), sealed.slice(0, 20)]) {
      await expect(decryptFile(other, 'x')).rejects.toEqual(refused('store/corrupt'));
    }
    const endless = new TextEncoder().encode(`sidestream-sealed 1 99999999999 00 00\n`);
    await expect(decryptFile(endless, 'x')).rejects.toEqual(refused('store/corrupt'));
    const [salt, nonce] = ['0'.repeat(32), '0'.repeat(24)];
    const headers = [
      // Numbers of rounds that would occupy a core for seconds, or that no version of this code has written.
      `1 10000000 ${salt} ${nonce}`,
      `1 2000001 ${salt} ${nonce}`,
      `1 599999 ${salt} ${nonce}`,
      `1 1 ${salt} ${nonce}`,
      `1 6e5 ${salt} ${nonce}`,
      `1 600000.5 ${salt} ${nonce}`,
      // Salt and nonce of other lengths, and too many or too few words.
      `1 600000 00 ${nonce}`,
      `1 600000 ${salt}00 ${nonce}`,
      `1 600000 ${salt} 00`,
      `1 600000 ${salt}`,
      `1 600000 ${salt} ${nonce} more`,
      `x 600000 ${salt} ${nonce}`,
      `0 600000 ${salt} ${nonce}`,
    ];
    const derive = vi.spyOn(crypto.subtle, 'deriveKey');
    for (const header of headers) {
      const file = new TextEncoder().encode(`sidestream-sealed ${header}\nsomething`);
      await expect(decryptFile(file, 'x'), header).rejects.toEqual(refused('store/corrupt'));
    }
    expect(derive).not.toHaveBeenCalled();
    const newer = new TextEncoder().encode('sidestream-sealed 2 1000 00 00\n');
    await expect(decryptFile(newer, 'x')).rejects.toEqual(refused('store/newer-schema'));
  });
});
