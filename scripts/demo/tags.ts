import { seeded } from './seeded';

/** How a description begins to name the keywords of its picture. */
export const TAGS = 'Also found under';

/** Keywords of the pictures that make poor shop copy: signs of the zodiac, slang, moods, and words that no shop would use. */
const UNWANTED = new Set(
  `weapon zodiac aquarius aries cancer capricorn gemini leo libra ophiuchus pisces sagittarius scorpio scorpius taurus virgo
  serpent bearer booze drunk drunks men mad alcohol bar oops accident poop force ouch evil-eye gun handgun pistol revolver
  gamble gambling casino gay genderqueer glbt glbtq lesbian lgbt lgbtq lgbtqia queer trans transgender yolo tbt litaf af lit
  woohoo rawr adorbs roflcopter butt upset nothing empty gang class cavities indecisive convoluted face man woman woman’s man’s
  wildcard dupe expendable demonstration protest picket dangerous danger explosion war soldier army hinduism buddhism cinco de
  mayo billion billionaire millionaire million negative positive dying sad sweat tear stubborn ass proud ostentatious sick hurt
  injured disability blind punk diaper pest parasite unlucky hit under one two three four five six seven eight nine ten twelve
  thirty not to do go at ok c u t id dr up down left right front back over major private direct showing where other put set new
  super american first second third last employed serious shy flirt bent billed reminder thanksgiving gobble repercussion
  fluctuate clack cha strike slay lai good luck see anniversary resort selling point babies birth born newborn dad edge u
  whatever change climate drained low medium high loud sent arrived paid cost bet hail cops patrol 5–0 cab cabbie ramadan`.split(
    /\s+/,
  ),
);

/** Keywords of a picture that add something to the title, in a repeatable order. @returns at most `limit` */
export function usefulTags(tags: readonly string[], title: string, limit: number): string[] {
  const words = title.toLowerCase().split(/[^\p{L}\d]+/u);
  const known = (tag: string): boolean =>
    tag
      .split(/[\s-]+/)
      .some((part) => words.some((word) => word.length > 2 && (part.startsWith(word) || word.startsWith(part))));
  const random = seeded(`tags of ${title}`);
  return tags
    .filter((tag) => tag.length > 2 && !/[\d*+]/.test(tag) && !UNWANTED.has(tag) && !known(tag))
    .map((tag) => ({ tag, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, limit)
    .map(({ tag }) => tag)
    .sort();
}
