import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CollectedFeed, RejectedRows } from '../../shop/pipeline';
import { catalogLanguage } from '../../shop/pipeline/catalog-language';
import { type LocaleFeed, readLocales } from './locales';
import { collectFeed } from './read-feed';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-locales-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function feedOf(name: string, rows: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${rows.join('\n')}\n`);
  return path;
}

const mainFeed = async (price = 'USD'): Promise<CollectedFeed> =>
  collectFeed([
    await feedOf('en.csv', ['id,title,category,price', `a,Teapot,Kitchen,20 ${price}`, `b,Cup,Kitchen,5 ${price}`]),
  ]);

async function read(main: CollectedFeed, feeds: LocaleFeed[], language = 'en') {
  const request = { feeds, main, language, options: undefined, rejected: new RejectedRows(), from: 2 };
  return readLocales({ ...request, placed: (item) => item });
}

describe('feeds in further languages', () => {
  it('bring texts by id, name the items that either feed lacks, and make a market of another currency', async () => {
    const path = await feedOf('de.csv', [
      'id,title,category,price',
      'a,Teekanne,Küche,"19,95 €"',
      'x,Löffel,Küche,2 €',
    ]);
    const found = await read(await mainFeed(), [{ tag: 'de-AT', feed: [path] }]);
    expect(found.locales).toEqual([
      { tag: 'de-AT', market: 'de-at', texts: [{ title: 'Teekanne', category: 'Küche' }, null] },
    ]);
    expect(found.notes).toEqual([
      'de-AT: left out, because the main feed does not have them: 1 product: "x".',
      'de-AT: not sold in the market "de-at", because this feed does not have them: 1 product: "b".',
      'de-AT: its prices in EUR are the offers of the market "de-at".',
    ]);
    expect(found.markets).toEqual([
      {
        market: 'de-at',
        currency: 'EUR',
        offers: [
          { id: 'a', price: 19.95, listPrice: null },
          { id: 'b', price: null, listPrice: null, availability: 'out-of-stock' },
        ],
      },
    ]);
  });

  it('make no market of the same currency, or of none', async () => {
    const same = await feedOf('same.csv', ['id,title,price', 'a,Theière,19 USD']);
    const none = await feedOf('none.csv', ['id,title,price', 'a,Tetera,19']);
    const feeds = [
      { tag: 'fr', feed: [same] },
      { tag: 'es', feed: [none] },
    ];
    const found = await read(await mainFeed(), feeds);
    expect(found.markets).toEqual([]);
    expect(found.notes).toEqual(
      ['fr', 'es'].map(
        (tag) => `${tag}: shown as in the main feed, because this feed does not have them: 1 product: "b".`,
      ),
    );
  });

  it('are refused in the language of the main feed, and without a product of it', async () => {
    const main = await mainFeed();
    const other = await feedOf('other.csv', ['id,title', 'x,Löffel']);
    await expect(read(main, [{ tag: 'en', feed: [other] }])).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await expect(read(main, [{ tag: 'de', feed: [other] }])).rejects.toMatchObject({ code: 'catalog/empty' });
  });
});

describe('the language of a catalogue', () => {
  const titles: Record<string, string[]> = {
    en: ['Steel teapot with a strainer', 'Red running shoes for men', 'Waterproof hiking jacket'],
    de: ['Teekanne aus Edelstahl mit Sieb', 'Rote Laufschuhe für Herren', 'Wasserdichte Wanderjacke'],
    fr: ['Théière en acier avec filtre', 'Chaussures de course rouges pour homme', 'Veste de randonnée imperméable'],
    ja: [
      'ステンレスのティーポット',
      '赤いランニングシューズ',
      '防水ハイキングジャケット',
      'あたたかいパーカー',
      '綿の帽子',
    ],
    ar: ['إبريق شاي من الفولاذ', 'حذاء جري أحمر للرجال', 'سترة مشي مقاومة للماء'],
  };

  it.each(Object.keys(titles))(
    'is detected from the words of %s, with a warning if the encoder does not read it',
    async (lang) => {
      const main = await mainFeed();
      const items = titles[lang].map((title) => ({ ...main.items[0], title }));
      const found = await catalogLanguage({}, { items }, { name: 'use-lite' });
      expect(found.language).toBe(lang);
      if (lang === 'en') expect(found.warning).toBeNull();
      else expect(found.warning).toContain('--text-encoder multilingual-e5-small');
      expect((await catalogLanguage({}, { items }, { name: 'multilingual-e5-small' })).warning).toBeNull();
      // An encoder without declared languages.
      expect((await catalogLanguage({}, { items }, { name: 'my-model' })).warning).toBeNull();
    },
  );

  it("is the shop's setting, else the feed's declaration, else derived from its words", async () => {
    const { items } = await mainFeed();
    const feed = { items, language: 'nb-NO' };
    const encoder = { name: 'mine', languages: ['no'] };
    expect(await catalogLanguage({ lang: 'de' }, feed, encoder)).toMatchObject({ language: 'de', how: 'stated' });
    expect(await catalogLanguage({}, feed, encoder)).toEqual({
      language: 'nb-NO',
      how: 'feed',
      unread: null,
      warning: null,
    });
  });

  it.each([
    ['RSS', '<rss><channel><language>de-at</language><item><id>a</id><title>A</title></item></channel></rss>', 'de-AT'],
    [
      'a product',
      '<rss><channel><item><id>a</id><title>A</title><language>fr</language></item></channel></rss>',
      undefined,
    ],
    ['Atom', '<feed xml:lang="fr"><entry><id>a</id><title>A</title></entry></feed>', 'fr'],
    ['Merchant Center', '{"id":"a","title":"A","contentLanguage":"pt_BR"}', 'pt-BR'],
    [
      'nonsense',
      '<rss><channel><language>x</language><item><id>a</id><title>A</title></item></channel></rss>',
      undefined,
    ],
  ])('is read from %s', async (_, text, language) => {
    expect((await collectFeed([await feedOf('said', [text])])).language).toBe(language);
  });
});
