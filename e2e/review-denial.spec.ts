import { clickAll, serveHeadless, startHeadless } from './headless';
import { expect, test } from './shop';

// How long consent('denied') takes in a browser, alone and with a second tab; measured, not judged.
for (const tabs of [1, 2]) {
  for (const busy of [false, true]) {
    test(`denial with ${tabs} tab(s), ${busy ? 'while it trains' : 'at rest'}`, async ({ page, context }) => {
      test.setTimeout(300_000);
      await serveHeadless(context);
      const times: number[] = [];
      const other = tabs === 2 ? await context.newPage() : null;
      for (let round = 0; round < 6; round++) {
        await startHeadless(page, 'granted');
        if (other) await startHeadless(other, 'granted');
        await clickAll(page, 'Music', 6);
        if (other) await clickAll(other, 'Tools', 3);
        times.push(
          await page.evaluate(async (training) => {
            if (training) {
              const { items } = await window.recommender.browse({ limit: 40, offset: 60 });
              for (const { id } of items.slice(0, 12)) await window.recommender.track('click', id);
              await new Promise((resolve) => setTimeout(resolve, 200));
            }
            const begin = performance.now();
            await window.recommender.consent('denied');
            return performance.now() - begin;
          }, busy),
        );
        const left = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
        expect(left).toEqual([]);
      }
      const sorted = times.toSorted((a, b) => a - b).map(Math.round);
      console.log(`tabs ${tabs} busy ${busy}: ${sorted.join(' ')} ms`);
    });
  }
}
