import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';
import { isCost, isUnpublished } from './field-values';

describe('isCost', () => {
  it.each([
    ...['Cost per item', 'cost', 'Costs', 'g:cost_of_goods_sold', 'costPrice', 'Purchase price', 'unit-cost', 'COGS'],
    ...['Meta: _wc_cog_cost', 'Wholesale Price', 'Cost (product.metafields.custom.cost)', 'Einkaufspreis', 'Margin'],
    ...[
      'EK netto',
      'EK-Preis (netto)',
      'Preis (EK)',
      'Einkaufspreis brutto',
      'Einstandspreis',
      'Händlerpreis',
      'Marge nette',
    ],
    ...['Prix achat HT', 'Prix de revient', 'Coût de revient', 'Precio compra', 'Costo unitario', 'Coste unitario'],
  ])('holds for "%s"', (name) => {
    expect(isCost(name)).toBe(true);
  });

  it.each([
    'Costume',
    'price',
    'Coast',
    'sale price',
    'Cotton',
    'Mana cost',
    'Trade',
    'Verkaufspreis',
    'Preis (netto)',
    'Versandkosten',
    'Deko',
  ])('does not hold for "%s"', (name) => {
    expect(isCost(name)).toBe(false);
  });
});

it("keeps the shop's own costs out of every format, unless a mapping names them", async () => {
  const csv = ['id,title,Cost per item,Colour\na,A,7,red'];
  expect((await readFeedText(csv)).items[0].attributes).toEqual({ Colour: 'red' });
  expect((await readFeedText(csv, { attributes: ['Cost per item'] })).items[0].attributes).toEqual({
    'Cost per item': 7,
  });
  const jsonl = ['{"id":"a","title":"A","cost":7,"attributes":{"purchasePrice":7,"Colour":"red"}}'];
  expect((await readFeedText(jsonl)).items[0].attributes).toEqual({ Colour: 'red' });
  const xml =
    '<rss xmlns:g="http://base.google.com/ns/1.0"><item><g:id>a</g:id><g:title>A</g:title><g:cost_of_goods_sold>7 EUR</g:cost_of_goods_sold></item></rss>';
  expect((await readFeedText([xml])).items[0].attributes).toEqual({});
});

describe('isUnpublished', () => {
  it.each([
    ['draft', undefined],
    ['Archived', true],
    ['active', 'FALSE'],
    [undefined, false],
    [undefined, '-1'],
    [undefined, 0],
  ])('holds for the status %s and published %s', (status, published) => {
    expect(isUnpublished(status, published)).toBe(true);
  });

  it.each([
    ['active', 'true'],
    ['new', undefined],
    [undefined, '2026-11-02'],
    [1, null],
  ])('does not hold for the status %s and published %s', (status, published) => {
    expect(isUnpublished(status, published)).toBe(false);
  });
});

it('leaves out unpublished products in every format that marks them', async () => {
  const skipped = async (text: string, variants = false) => {
    const { items, rejected, rows } = await readFeedText([text], { variants });
    expect(rejected).toEqual([]);
    return [items.map(({ id }) => id), rows.filter((row) => 'unpublished' in row).length];
  };
  const product = { title: 'A', variants: [{ id: 1, price: '1' }], published_at: '2026-11-02T10:00:00Z' };
  const page = JSON.stringify({
    products: [
      { ...product, handle: 'a' },
      { ...product, handle: 'b', published_at: null },
      { ...product, handle: 'c', status: 'draft' },
    ],
  });
  expect(await skipped(page)).toEqual([['a'], 2]);
  expect(await skipped(page, true)).toEqual([['1'], 2]);
  expect(await skipped('id,title,Published\na,A,1\nb,B,-1\nc,C,0')).toEqual([['a'], 2]);
  expect(await skipped('{"id":"a","title":"A","status":"new"}\n{"id":"b","title":"B","status":"archived"}')).toEqual([
    ['a'],
    1,
  ]);
});
