import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { SHOP_IMAGES } from '../../../testing/commands';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { nodeChunkEncoder } from './process-pool';

const encoder = nodeChunkEncoder({ presets: DEFAULT_PRESETS, models: MODELS_FOLDER });
afterAll(() => encoder.close());

const picture = (code: string) => new Uint8Array(readFileSync(join(SHOP_IMAGES, `${code}.webp`)));
/** Of many lengths, some equal; one is empty, and one longer than the encoder's limit. */
const texts = [
  ...['a red shoe', 'a long text about a hammer of steel and the man who swings it, day after day', 'x', '', 'y'],
  ...[
    'a blue shoe',
    'waterproof walking boots '.repeat(100),
    'a long green dress of red cotton with a belt',
    'a long red dress of green cotton with a belt',
    '',
  ],
];

describe('ChunkEncoder', () => {
  it('gives an input the same bits whatever else is in its chunk', async () => {
    const together = await encoder.run({ modality: 'text', inputs: texts }, null);
    for (const [n, text] of texts.entries()) {
      expect(await encoder.run({ modality: 'text', inputs: [text] }, null)).toEqual([together[n]]);
    }
    const turned = await encoder.run({ modality: 'text', inputs: texts.toReversed() }, null);
    expect(turned.toReversed()).toEqual(together);
    const pictures = [picture('1f34e'), picture('1f456')];
    const both = await encoder.run({ modality: 'image', inputs: pictures }, null);
    expect(await encoder.run({ modality: 'image', inputs: [pictures[1]] }, null)).toEqual([both[1]]);
  });

  it('says why a picture cannot be decoded, and encodes the others', async () => {
    const [apple, jeans] = [picture('1f34e'), picture('1f456')];
    const inputs = [new TextEncoder().encode('no picture'), apple, new Uint8Array(), jeans];
    const [first] = await encoder.run({ modality: 'image', inputs: [apple] }, null);
    const [second] = await encoder.run({ modality: 'image', inputs: [jeans] }, null);
    const refused = { reason: expect.stringContaining('cannot be decoded') };
    expect(await encoder.run({ modality: 'image', inputs }, null)).toEqual([refused, first, refused, second]);
  });

  it('refuses a projection that is not the one named', async () => {
    const chunk = { modality: 'text' as const, inputs: ['a'] };
    await expect(encoder.run(chunk, { digest: '0'.repeat(64), bytes: new Uint8Array(24) })).rejects.toThrow();
  });
});
