import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { ItemInput } from '../../src/core/catalog';
import type { Random } from '../../src/core/common/random';
import { companionsOf } from './orders';
import { pick, seeded } from './seeded';
import { TAGS } from './tags';

/**
 * Words by which products of several categories belong to one style, in titles and tags. Nobody visits the example shop; these
 * rules stand in for a log, and the demo says so.
 */
const STYLES: Readonly<Record<string, RegExp>> = {
  japan: /japan|sushi|sake|kimono|ramen|\bfuji|bamboo|\brice\b|moon viewing|carp streamer|mahjong|martial/,
  sea: /\bsea\b|ocean|beach|ship|boat|anchor|whale|\bfish|shell|swim|bikini|snorkel|lobster|prawn|wave|island/,
  winter: /snow|winter|\bice\b|\bskis?\b|wool|knitted|sledge|christmas|evergreen|fondue|curling/,
  space: /space|moon|\bstar|rocket|planet|comet|satellite|telescope|galax|milky|saucer/,
  travel: /travel|suitcase|globe|\bmap\b|airliner|plane|camera|compass|passenger|train model|backpack/,
  school: /school|educat|pencil|notebook|notepad|hardback|crayon|abacus|ruler|microscope|desk lamp|graduation/,
  farm: /farm|tractor|\bcow\b|calf|sheep|\bpig|hen\b|goose|goat|egg|honey|corn|milk|straw broom|rooster/,
  flowers: /flower|\brose\b|blossom|tulip|bouquet|lotus|hibiscus|hyacinth|garden|butterfly|honeybee/,
  party:
    /party|celebrat|birthday|balloon|confetti|champagne|sparkling|cocktail|firework|piñata|mirror ball|cupcake|gift/,
  magic: /magic|wand|unicorn|dragon|crystal|castle|haunted|crown|top hat|amulet|knight|fairytale|wish/,
  tropical: /tropical|palm|coconut|pineapple|mango|flamingo|parrot|hibiscus|island|summer|flip-flops|sunglasses/,
  tea: /\btea\b|teapot|coffee|cookie|croissant|waffle|honey pot|cake|chocolate|lemon/,
  music: /music|drum|violin|guitar|trumpet|headphones|speaker|microphone|radio|disc\b/,
};

/** Hues, degrees, up to which a colour goes. Red begins again at 345. */
const HUES: readonly (readonly [string, number])[] = [
  ['red', 14],
  ['orange', 42],
  ['yellow', 65],
  ['green', 165],
  ['blue', 255],
  ['purple', 345],
  ['red', 360],
];

/** Number of shoppers, and of the days in which they visit the shop. */
const [SHOPPERS, DAYS] = [1000, 180];
const LAST_DAY = Date.UTC(2026, 5, 30);
const DAY = 24 * 3600 * 1000;
/**
 * Bounds of the numbers of a shopper's tastes and visits, and of a visit's choices. Many short visits return to few tastes, so what a
 * shopper's experts remember pays.
 */
const [TASTES, VISITS, CHOICES] = [
  [2, 3],
  [12, 16],
  [3, 4],
] as const;
/** Share of the choices that go with the last one, if any product does. */
const COMPLEMENTS = 0.05;

/** Traits that products can share. */
interface Traits {
  category: string;
  department: string;
  /** Named by the title and the tags. */
  styles: readonly string[];
  /** Of the picture. */
  color: string;
}

/** By how much a shopper likes what a product has in common with a taste, as the log of how much more often it is chosen. */
type Likes = Record<'category' | 'department' | 'style' | 'color', number>;
/** Some shoppers go by categories, some by words, some by pictures. */
const LIKES: readonly Likes[] = [
  { category: 1.5, department: 5, style: 0.5, color: 0.5 },
  { category: 0.5, department: 3, style: 4, color: 0.5 },
  { category: 0.5, department: 3.5, style: 0.5, color: 4 },
];

/** One choice of a simulated shopper. */
export interface Visit {
  user: string;
  item: string;
  /** Milliseconds since the epoch. */
  time: number;
}

/**
 * Draws the visits of simulated shoppers by rule, the same in every run, and writes them as lines of `shopper,item,time`. Each shopper has a
 * few tastes, which are products whose category, words or colour they look for, and each visit follows one of them.
 * @param images folder of the products' pictures
 */
export async function makeDemoVisits(file: string, items: readonly ItemInput[], images: string): Promise<Visit[]> {
  const traits = await Promise.all(items.map((item) => traitsOf(item, images)));
  const appeal = items.map(({ popularity = 0 }) => Math.sqrt(1 + popularity));
  const rowOf = new Map(items.map((item, row) => [item, row]));
  const companions = await companionsOf(items);
  const visits: Visit[] = [];
  for (let shopper = 1; shopper <= SHOPPERS; shopper++) {
    const user = `shopper-${shopper}`;
    const random = seeded(user);
    const between = ([low, high]: readonly number[]): number => low + Math.floor(random() * (high - low + 1));
    const draw = (weights: readonly number[]): number => drawn(weights, random);
    const likes = LIKES[shopper % LIKES.length];
    const suits = traits.map(
      ({ styles, color }) => (likes.style < 1 || styles.length > 0) && (likes.color < 1 || color !== GREY),
    );
    const left = [...appeal];
    const tastes = Array.from({ length: between(TASTES) }, () => {
      const taste = traits[draw(left.map((weight, row) => (suits[row] ? weight : 0)))];
      return traits.map((one) => Math.exp(likeness(one, taste, likes)));
    });
    for (let visit = between(VISITS); visit > 0; visit--) {
      const taste = pick(tastes, random);
      let time = LAST_DAY - Math.floor(random() * DAYS) * DAY + Math.floor(random() * 12 * 3600) * 1000;
      let last: ItemInput | undefined;
      for (let choice = between(CHOICES); choice > 0; choice--) {
        const others = last && random() < COMPLEMENTS ? companions.get(last) : undefined;
        const row =
          (others && rowOf.get(pick(others, random))) ?? draw(left.map((weight, other) => weight * taste[other]));
        time += (20 + Math.floor(random() * 100)) * 1000;
        if (left[row] === 0) continue;
        left[row] = 0;
        last = items[row];
        visits.push({ user, item: last.id ?? '', time });
      }
    }
  }
  visits.sort((a, b) => a.time - b.time || (a.user < b.user ? -1 : 1));
  const lines = visits.map(({ user, item, time }) => `${user},${item},${new Date(time).toISOString()}\n`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `shopper,item,time\n${lines.join('')}`);
  return visits;
}

function likeness(one: Traits, taste: Traits, likes: Likes): number {
  const shared = one.styles.some((style) => taste.styles.includes(style));
  return (
    (one.category === taste.category ? likes.category : 0) +
    (one.department === taste.department ? likes.department : 0) +
    (shared ? likes.style : 0) +
    (one.color === taste.color && one.color !== GREY ? likes.color : 0)
  );
}

/** A place, by the weights. */
function drawn(weights: readonly number[], random: Random): number {
  let at = random() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => {
      at -= weight;
      return at < 0;
    }),
  );
}

async function traitsOf(item: ItemInput, images: string): Promise<Traits> {
  const { category = '', image = '' } = item;
  return {
    category,
    department: category.split('/')[0],
    styles: wordStyles(item),
    color: await colorOf(join(images, image)),
  };
}

/** The styles that an item's title and tags name. */
function wordStyles({ title, description = '' }: ItemInput): string[] {
  const words = `${title} ${description.split(TAGS)[1] ?? ''}`.toLowerCase();
  return Object.keys(STYLES).filter((name) => STYLES[name].test(words));
}

/** The colour of pictures with few coloured pixels. */
const GREY = 'grey';

/** The colour of most of a picture's coloured pixels, or grey if few are coloured. */
async function colorOf(picture: string): Promise<string> {
  const { data } = await sharp(await readFile(picture))
    .resize(32, 32, { kernel: 'nearest' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const counts = new Map<string, number>();
  let seen = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 128) continue;
    seen++;
    const [red, green, blue] = data.subarray(at, at + 3);
    const [low, high] = [Math.min(red, green, blue), Math.max(red, green, blue)];
    if (high < 50 || (high - low) / high < 0.35) continue;
    const name = HUES.find(([, end]) => hueOf(red, green, blue) <= end)?.[0] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [most = [GREY, 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return most[1] > 0.35 * seen ? most[0] : GREY;
}

function hueOf(red: number, green: number, blue: number): number {
  const [low, high] = [Math.min(red, green, blue), Math.max(red, green, blue)];
  const size = high - low;
  const sixth =
    high === red ? (green - blue) / size : high === green ? 2 + (blue - red) / size : 4 + (red - green) / size;
  return (60 * sixth + 360) % 360;
}
