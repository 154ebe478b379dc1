import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openBundle } from '../../../src/core/catalog';
import { MAGENTO_TASTES, strayProducts } from '../../../testing/demo-tastes';
import { demoCatalog } from '../../../testing/returning-shopper';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { basisVectors, categoryPrecision } from '../../shop/pipeline/neighbors';
import { buildBundle } from './build-bundle';
import { folderFetch } from './folder-bundle';

const shop = fileURLToPath(new URL('../../../../shared/data/shop-magento/', import.meta.url));

it.skipIf(!existsSync(shop))(
  'groups a real shop by category, and follows clicks in one (skipped without ../shared/data/shop-magento)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
    const out = join(folder, 'shop');
    try {
      await buildBundle({
        catalog: join(shop, 'catalog.jsonl'),
        images: join(shop, 'images'),
        out,
        imageBase: '',
        text: 'title',
        models: MODELS_FOLDER,
        encoders: false,
        // Other processes would take longer to start than to encode.
        workers: 1,
        meter: { start() {}, advance() {}, stop() {} },
      });
      const bundle = await openBundle(folderFetch(out));
      const categories = bundle.items.map((item) => item.category);
      const [text, image, both] = await Promise.all(
        (['text', 'image', 'both'] as const).map((basis) =>
          categoryPrecision(basisVectors(bundle, basis), categories, 5),
        ),
      );
      expect(text).toBeGreaterThanOrEqual(0.54);
      expect(image).toBeGreaterThanOrEqual(0.58);
      expect(both).toBeGreaterThan(Math.max(text, image) + 0.1);
      const catalog = await demoCatalog(out);
      for (const clicked of MAGENTO_TASTES) expect([clicked, strayProducts(catalog, clicked)]).toEqual([clicked, []]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
