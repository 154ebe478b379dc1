import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare } from './compare';
import { MODELS } from './measure';
import { REAL_MODELS } from './models';

/** Made by `npm run encoders:real`, where PyPI and Maven can be reached. */
const isMade = (name: string): boolean => existsSync(join(MODELS, `${name}.preset.json`));

describe.skipIf(!process.env.NIGHTLY)('encoders of real models (at night; `npm run encoders:real` makes them)', () => {
  for (const model of REAL_MODELS) {
    it.skipIf(!isMade(model.name))(
      `${model.name} gives the vectors of its original`,
      { timeout: 300_000 },
      async () => {
        const { float, encoder } = await compare(model, model.name, MODELS);
        expect(float).toBeGreaterThanOrEqual(model.bars?.float ?? 0.999);
        expect(encoder).toBeGreaterThanOrEqual(model.bars?.int8 ?? 0.99);
      },
    );
  }
});
