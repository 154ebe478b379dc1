import { describe, expect, it } from 'vitest';
import { isSealed, openSealed, seal } from './sealed-file';

const bytes = new TextEncoder().encode('what was learned');
const refused = (code: string) => expect.objectContaining({ code });

describe('a sealed file', () => {
  it('opens with its passphrase alone, however that is typed', async () => {
    const sealed = await seal(bytes, 'caf\u00e9');
    expect(isSealed(sealed)).toBe(true);
    expect(isSealed(bytes)).toBe(false);
    expect(new TextDecoder().decode(sealed)).not.toContain('learned');
    expect(await openSealed(sealed, 'cafe\u0301')).toEqual(bytes);
    await expect(openSealed(sealed, 'cafe')).rejects.toEqual(refused('store/wrong-passphrase'));
  });

  it('is another one each time', async () => {
    expect(await seal(bytes, 'x')).not.toEqual(await seal(bytes, 'x'));
  });

  it('is refused when it was changed, cut, or is none', async () => {
    const sealed = await seal(bytes, 'x');
    const changed = sealed.slice();
    changed[sealed.length - 1] ^= 1;
    await expect(openSealed(changed, 'x')).rejects.toEqual(refused('store/wrong-passphrase'));
    await expect(openSealed(sealed.slice(0, -1), 'x')).rejects.toEqual(refused('store/wrong-passphrase'));
    for (const other of [bytes, new Uint8Array(), sealed.slice(0, 20)]) {
      await expect(openSealed(other, 'x')).rejects.toEqual(refused('store/corrupt'));
    }
    const endless = new TextEncoder().encode(`sidestream-sealed 1 99999999999 00 00\n`);
    await expect(openSealed(endless, 'x')).rejects.toEqual(refused('store/corrupt'));
    const newer = new TextEncoder().encode('sidestream-sealed 2 1000 00 00\n');
    await expect(openSealed(newer, 'x')).rejects.toEqual(refused('store/newer-schema'));
  });
});
