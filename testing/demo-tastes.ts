import { seededRandom } from '../src/core/common/random';
import type { LearnerCatalog } from '../src/device/learner';
import { Learner } from '../src/device/learner';
import { type Rules, rank } from '../src/device/ranking';

/** Three products of one category each, which a new shopper clicks one after the other. */
export const DEMO_TASTES: readonly (readonly string[])[] = [
  ['brass-trumpet', 'accordion', 'snare-drum'],
  ['musical-keyboard', 'conga-drum', 'concert-flute'],
  ['mango', 'red-apple', 'kiwi'],
  ['pear', 'peach', 'tangerine'],
  ['whisky-tumbler', 'sparkling-wine', 'lager-beer'],
  ['filter-coffee', 'sake-set', 'mate-tea-gourd'],
  ['tram-car-model', 'steam-locomotive-model', 'monorail-model'],
  ['metro-train-model', 'express-train-model', 'cable-car-model'],
  ['ice-skate', 'hiking-boot', 'roller-skate'],
  ['ballerina-flat', 'heeled-sandal', 'flip-flops'],
  ['movie-camera', 'camcorder', 'film-projector'],
  ['retro-television', 'arcade-joystick', 'camera-with-flash'],
  ['spiral-calendar', 'fountain-pen', 'ballpoint-pen'],
  ['linked-paperclips', 'open-file-folder', 'round-pushpin'],
  ['hammer-and-spanner-set', 'carpentry-saw', 'bench-vice'],
  ['red-rose', 'mixed-bouquet', 'hyacinth'],
  ['cutlery-set', 'kitchen-knife', 'table-spoon'],
  ['dinner-plate-set', 'clay-amphora', 'preserving-jar'],
  ['dolphin-bath-toy', 'shark-bath-toy', 'seal-bath-toy'],
  ['crab-bath-toy', 'squid-bath-toy', 'coral-ornament'],
];

/** The same of Magento's sample shop. */
export const MAGENTO_TASTES: readonly (readonly string[])[] = [
  ['MH01', 'MH02', 'MH03'],
  ['MJ01', 'MJ04', 'MJ08'],
  ['MS04', 'MS09', 'MS12'],
  ['MT01', 'MT05', 'MT08'],
  ['MP01', 'MP04', 'MP07'],
  ['MSH02', 'MSH05', 'MSH08'],
  ['WH01', 'WH04', 'WH08'],
  ['WJ02', 'WJ05', 'WJ09'],
  ['WS02', 'WS06', 'WS10'],
  ['WB01', 'WB04', 'WT02'],
  ['WP01', 'WP02', 'WP03'],
  ['WP04', 'WP06', 'WP08'],
  ['WSH01', 'WSH04', 'WSH07'],
  ['24-WG080', '24-UG06', '24-UG04'],
  ['24-MB01', '24-MB04', '24-WB01'],
];

/** Number of products of the list that must be of the department, and of the category. */
const [IN_DEPARTMENT, IN_CATEGORY] = [10, 5];

const departmentOf = (category: string): string => category.split('/')[0];

/** The state of a new shopper who clicked some products. */
function stateAfter(catalog: LearnerCatalog, clicked: readonly string[]): ReturnType<Learner['stateAt']> {
  const learner = new Learner(catalog);
  for (const [at, itemId] of clicked.entries()) learner.observe({ id: at + 1, type: 'click', itemId, time: at + 1 });
  return learner.stateAt();
}

/**
 * Lets a new shopper click some products of one category.
 * @returns what is wrong with the list: products among the first ten that are of another department, and among the first five
 *   of another category, though the shop has more of the own; empty if nothing is
 */
export function strayProducts(catalog: LearnerCatalog, clicked: readonly string[], rules: Rules = {}): string[] {
  const { index } = catalog;
  const { items, rowOf } = index;
  const own = items[rowOf.get(clicked[0]) ?? -1].category;
  const left = items.filter(({ id }) => !clicked.includes(id));
  const inCategory = left.filter(({ category }) => category === own).length;
  const inDepartment = left.filter(({ category }) => departmentOf(category) === departmentOf(own)).length;
  const request = { placement: 'for-you', row: null, limit: IN_DEPARTMENT, exclude: new Set<number>(), rules } as const;
  return rank(index, stateAfter(catalog, clicked), request).flatMap(({ row }, at) => {
    const { title, category } = items[row];
    const strays =
      (at < Math.min(IN_DEPARTMENT, inDepartment) && departmentOf(category) !== departmentOf(own)) ||
      (at < Math.min(IN_CATEGORY, inCategory) && category !== own);
    return strays ? [`${at + 1}. ${title} (${category})`] : [];
  });
}

/** Number of products in the lists of shoppers whose reasons are read. */
const LISTED = 12;

/**
 * Lets new shoppers click one product in each of three departments.
 * @returns the cards "Because you looked at …" of these departments, and those of them that name a product of another one; and how
 *   many of the departments are in no place of their list
 */
export function listsAcross(catalog: LearnerCatalog, shoppers: number, rules: Rules = {}) {
  const { items } = catalog.index;
  const random = seededRandom(1);
  const request = { placement: 'for-you', row: null, limit: LISTED, exclude: new Set<number>(), rules } as const;
  const strays: string[] = [];
  let [cards, absent] = [0, 0];
  for (let shopper = 0; shopper < shoppers; shopper++) {
    const clicked = new Map<string, string>();
    while (clicked.size < 3) {
      const { id, category } = items[Math.floor(random() * items.length)];
      clicked.set(departmentOf(category), id);
    }
    const list = rank(catalog.index, stateAfter(catalog, [...clicked.values()]), request);
    const listed = new Set(list.map(({ row }) => departmentOf(items[row].category)));
    absent += [...clicked.keys()].filter((department) => !listed.has(department)).length;
    for (const { row, reason } of list) {
      const department = departmentOf(items[row].category);
      const [, title] = /^Because you looked at “(.*)”$/.exec(reason) ?? [];
      const about = items.find((item) => item.title === title);
      if (!about || !clicked.has(department)) continue;
      cards++;
      if (departmentOf(about.category) !== department) strays.push(`${items[row].title}: ${reason}`);
    }
  }
  return { cards, strays, absent };
}
