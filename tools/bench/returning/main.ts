/**
 * Ten shoppers, each with two tastes that take turns over ten visits, on the demo shop and on the catalogue of Magento's sample
 * shop where it is there: how many experts each keeps, and after how many choices of a taste that returns most of the list is of
 * it, with several experts and with one. Run it with `npm run bench:returning`, bundles after it to take others. Fails when fewer than six of ten
 * shoppers keep a second expert and see their taste sooner with it.
 */
import { existsSync } from 'node:fs';
import { loadKernel } from '../../../src/core/kernel';
import { demoCatalog } from '../../../src/testing/returning-shopper';
import { type Tastes, visits } from './visits';

const MIN_SOONER = 6;

interface Shop {
  name: string;
  bundle: string;
  /** Choices of a visit. */
  choices: number;
  tastes: readonly Tastes[];
}

const DEMO: Shop = {
  name: 'the demo shop',
  bundle: 'public/bundle',
  choices: 8,
  tastes: [
    ['Toys', 'Food'],
    ['Food', 'Home'],
    ['Home', 'Sport'],
    ['Models', 'Clothing'],
    ['Clothing', 'Tools'],
    ['Office', 'Food'],
    ['Food', 'Models'],
    ['Home', 'Toys'],
    ['Tools', 'Office'],
    ['Sport', 'Clothing'],
  ],
};
const MAGENTO: Shop = {
  name: "the catalogue of Magento's sample shop",
  bundle: process.argv[2] ?? '.cache/bench/magento',
  choices: 5,
  tastes: [
    ['Women/Tops', 'Gear'],
    ['Gear', 'Women/Tops'],
    ['Men/Tops', 'Gear'],
    ['Gear', 'Men/Tops'],
    ['Women/Tops', 'Men/Tops'],
    ['Men/Tops', 'Women/Tops'],
    ['Women', 'Gear'],
    ['Men', 'Gear'],
    ['Women', 'Men'],
    ['Men', 'Women'],
  ],
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measured({ name, bundle, choices, tastes }: Shop): Promise<boolean> {
  if (!existsSync(bundle)) {
    console.log(`\n${name}: skipped, there is no bundle in ${bundle}`);
    return true;
  }
  const catalog = await demoCatalog(bundle);
  console.log(`\n${name}: choices until most of the list is of the taste that returned, mean of 8 returns`);
  let sooner = 0;
  let second = 0;
  for (const pair of tastes) {
    const [several, one] = [visits(catalog, pair, choices), visits(catalog, pair, choices, { candidates: false })];
    const [own, alone] = [mean(several.returns), mean(one.returns)];
    const good = several.kept > 1 && own < alone;
    sooner += Number(good);
    second += Number(several.kept > 1);
    const cells = [
      pair.join(' and ').padEnd(26),
      `${several.kept} kept`,
      `${own.toFixed(2)} with experts`,
      `${alone.toFixed(2)} with one`,
    ];
    console.log(
      `  ${cells.join('   ')}   ${good ? 'sooner' : '-'}   ${several.returns.join(' ')} / ${one.returns.join(' ')}`,
    );
  }
  console.log(`  ${second} of ${tastes.length} keep a second expert, ${sooner} see their taste sooner with it`);
  return sooner >= MIN_SOONER;
}

await loadKernel();
for (const shop of [DEMO, MAGENTO]) if (!(await measured(shop))) process.exitCode = 1;
