import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, categoryPaths, contentBlend, openBundle } from '../../../src/core/catalog';
import { Learner } from '../../../src/device/learner';
import {
  type CatalogIndex,
  catalogIndex,
  listsInView,
  type Placement,
  type Rules,
  rank,
} from '../../../src/device/ranking';
import { type LinkQuality, linkQuality } from '../../../testing/link-quality';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { buildBundle } from './build-bundle';
import { folderFetch } from './folder-bundle';

const shop = fileURLToPath(new URL('../../../../shared/data/shop-magento/', import.meta.url));

interface HandMade {
  type: 'upsell' | 'related' | 'crosssell';
  sku: string;
  linked: string;
}

const { aboutItems } = await listsInView();

describe.skipIf(!existsSync(shop))(
  'lists against the links of a real shop (skipped without ../shared/data/shop-magento)',
  () => {
    let out: string;
    let bundle: Bundle;
    let index: CatalogIndex;
    let links: HandMade[];
    /** Cross-sell links that the build was not given. */
    let unseen: HandMade[];

    beforeAll(async () => {
      out = await mkdtemp(join(tmpdir(), 'sidestream-'));
      const text = await readFile(join(shop, 'links.jsonl'), 'utf8');
      links = text
        .trim()
        .split('\n')
        .map((line): HandMade => JSON.parse(line));
      const crossSell = links.filter(({ type }) => type === 'crosssell');
      unseen = crossSell.filter((_, n) => n % 2 === 1);
      const given = links.filter((link) => !unseen.includes(link));
      await writeFile(join(out, 'links.jsonl'), given.map((link) => JSON.stringify(link)).join('\n'));
      await buildBundle({
        catalog: join(shop, 'catalog.jsonl'),
        images: join(shop, 'images'),
        out: join(out, 'bundle'),
        imageBase: '',
        text: 'title-description',
        models: MODELS_FOLDER,
        encoders: false,
        links: join(out, 'links.jsonl'),
        meter: { start() {}, advance() {}, stop() {} },
      });
      bundle = await openBundle(folderFetch(join(out, 'bundle')));
      index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest), {
        cooccurrence: await bundle.cooccurrence(),
      });
    }, 600_000);
    afterAll(() => rm(out, { recursive: true }));

    const listOf = (placement: Placement, over: CatalogIndex, row: number, rules: Rules = {}) => {
      const state = new Learner({
        index: over,
        table: bundle.features,
        blend: contentBlend(bundle.manifest),
      }).stateAt();
      const request = { placement, row: null, limit: 10, exclude: new Set<number>(), rules };
      return rank(over, state, aboutItems(over, request, [over.items[row].id]));
    };

    function quality(placement: Placement, wanted: readonly HandMade[], over = index, rules: Rules = {}): LinkQuality {
      const sets = new Map<number, Set<number>>();
      for (const { sku, linked } of wanted) {
        const [from, to] = [over.rowOf.get(sku), over.rowOf.get(linked)];
        if (from === undefined || to === undefined) continue;
        sets.set(from, (sets.get(from) ?? new Set()).add(to));
      }
      const found = linkQuality(sets, (row) => listOf(placement, over, row, rules).map((place) => place.row));
      const [recall, hits] = [found.recall, found.hitRate].map((share) => share.toFixed(3));
      console.log(
        `${placement} on ${wanted[0].type} links of ${found.items} items: recall@10 ${recall}, hit rate ${hits}`,
      );
      return found;
    }
    const ofType = (type: HandMade['type']) => links.filter((link) => link.type === type);

    it('`similar` finds upsell and related links', () => {
      expect(quality('similar', ofType('upsell')).recall).toBeGreaterThanOrEqual(0.54);
      expect(quality('similar', ofType('related')).recall).toBeGreaterThanOrEqual(0.1);
    });

    it('`complement` finds the half of the cross-sell links that the build was not given', () => {
      expect(quality('complement', unseen).recall).toBeGreaterThanOrEqual(0.12);
      const [first] = listOf('complement', index, 0);
      expect([first.source, first.reason]).toEqual(['boughtTogether', `Goes with “${bundle.items[0].title}”`]);
    });

    it('`complement` completes a set with one product of each category, those with evidence first', () => {
      const rules: Rules = { set: { onePer: 'category' } };
      // Most of the links lead to one category, of which the set has one product.
      quality('complement', unseen, index, rules);
      for (const [row, { category }] of bundle.items.entries()) {
        const list = listOf('complement', index, row, rules);
        const paths = list.flatMap((place) => categoryPaths(bundle.items[place.row].category));
        expect(new Set([...paths, ...categoryPaths(category)]).size).toBe(
          paths.length + categoryPaths(category).length,
        );
        const sources = list.map(({ source }) => source);
        expect(sources).toEqual([...sources].sort());
      }
    });

    it('`complement` shows other categories in the same style without any links, and says so', () => {
      const without = { ...index, cooccurrence: null };
      quality('complement', ofType('crosssell'), without);
      for (const [row, item] of bundle.items.entries()) {
        for (const place of listOf('complement', without, row)) {
          expect([place.source, place.reason]).toEqual(['style', `In the style of “${item.title}”`]);
          expect(bundle.items[place.row].category).not.toBe(item.category);
        }
      }
    });
  },
);
