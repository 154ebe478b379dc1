import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadKernel } from '../../../src/core/kernel';
import { DEMO_TASTES, listsAcross, strayProducts } from '../../../testing/demo-tastes';
import { demoCatalog } from '../../../testing/returning-shopper';

const demo = fileURLToPath(new URL('../../../public/bundle', import.meta.url));

describe.skipIf(!existsSync(demo))('after three clicks in the demo shop (skipped without its bundle)', () => {
  it.each([
    ['no rules', {}],
    ["the demo shop's cap", { categoryCap: 6 }],
  ])('in one category, with %s, the list stays in the department, and begins with the category', async (_, rules) => {
    await loadKernel();
    const catalog = await demoCatalog(demo);
    const strays = DEMO_TASTES.flatMap((clicked) => {
      const products = strayProducts(catalog, clicked, rules);
      return products.length > 0 ? [`${clicked.join(', ')}: ${products.join(', ')}`] : [];
    });
    expect(strays).toEqual([]);
  });

  it('in three departments, the list has all of them, and a card names a product of its own department', async () => {
    await loadKernel();
    const catalog = await demoCatalog(demo);
    const { cards, strays, absent } = listsAcross(catalog, 60);
    expect(cards).toBeGreaterThan(600);
    // A product may be as like one of another department: a Wish Tree stands beside Japanese dolls.
    expect(strays.length, strays.join(', ')).toBeLessThanOrEqual(cards / 300);
    expect(absent).toBe(0);
    // By the score alone, a fourth is absent.
    expect(listsAcross(catalog, 60, { tastes: 0 }).absent).toBeGreaterThan(30);
  });
});
