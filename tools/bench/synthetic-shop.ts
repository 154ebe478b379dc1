import { folderSink } from '../../packages/cli/bundler';
import {
  choiceCounts,
  choicesFrom,
  cooccurrenceTable,
  recentPopularity,
} from '../../packages/shop/training/interactions';
import { contentBlend, contentVectors, writeBundle } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';
import { rowsByTopic, syntheticContent, syntheticSide } from './catalogs';

/** Events of the log for each product, and their maximum number. */
const [EVENTS, MAX_EVENTS] = [10, 2_000_000];
/** Number of choices of each shopper of the log. */
const OF_SHOPPER = 20;

/**
 * Writes a synthetic shop whose products have titles, prices and pictures, but no descriptions.
 * @param log whether it has a side model, co-occurrence and demand
 * @param shoppers number of new shoppers
 * @param choices of each of them
 * @returns ids of the products that they choose
 */
export async function writeShop(
  folder: string,
  count: number,
  { log, shoppers: visitors, choices: each }: { log: boolean; shoppers: number; choices: number },
): Promise<string[][]> {
  const content = await syntheticContent(count);
  const items = content.items.map(({ popularity, ...item }, row) => ({
    ...item,
    title: titleOf(item.category, row),
    description: '',
    // With a log, the demand says what sells.
    ...(log ? {} : { popularity }),
  }));
  const topics = rowsByTopic(content);
  const random = seededRandom(1);
  const shopper = (choices: number): number[] => {
    const own = Array.from({ length: 3 }, () => topics[Math.floor(topics.length * random() ** 2)]);
    return Array.from({ length: choices }, () => {
      const rows = own[Math.floor(3 * random())];
      return rows[Math.floor(rows.length * random() ** 2)];
    });
  };
  const shoppers = Math.ceil(Math.min(EVENTS * count, MAX_EVENTS) / OF_SHOPPER);
  const interactions = Array.from({ length: log ? shoppers : 0 }, (_, user) =>
    shopper(OF_SHOPPER).map((row, n) => ({ user: `${user}`, row, time: OF_SHOPPER * user + n })),
  ).flat();
  const choices = choicesFrom(interactions);
  const learned = log && {
    cooccurrence: cooccurrenceTable(choices, count),
    demand: { choices: choiceCounts(choices, count), recent: recentPopularity(choices, count) },
    side: {
      model: syntheticSide(contentVectors(content.features, contentBlend({ modalities: content.encoders })), count),
    },
  };
  await writeBundle({ ...content, items }, await folderSink(folder), learned ? { learned } : {});
  return Array.from({ length: visitors }, () => shopper(each).map((row) => items[row].id));
}

const WORDS = [
  'red blue green black white striped plain large small slim vintage modern light warm soft elegant rustic round'.split(
    ' ',
  ),
  'cotton leather wool steel wooden silk plastic ceramic linen denim'.split(' '),
  'shirt jacket skirt shoes hat scarf bag watch lamp chair table sofa carpet kettle pan bottle clock mirror'.split(' '),
];

/** A title such as shops have; products of a category share its last words. */
function titleOf(category: string, row: number): string {
  const topic = Number(/\d+$/.exec(category)?.[0] ?? 0);
  const [colours, materials, kinds] = WORDS;
  return `${colours[(row * 7) % colours.length]} ${materials[topic % materials.length]} ${kinds[topic % kinds.length]} ${row}`;
}
