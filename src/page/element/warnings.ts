import type { Placement } from '../../device/protocol';
import { attributeOf, warnOnce } from './dom';

/** The values that a property takes, and what the list does without a right one. */
const ADVICE: Record<string, string> = {
  placement:
    'must be for-you, similar, complement, trending, recent or again; the list uses for-you. Correct the word, or leave the attribute out.',
  limit: 'must be a whole number from 1 to 100; the list uses 8. Write limit="12", say, or leave it out.',
  headingLevel:
    'must be a whole number from 2 to 6; the heading stays at level 2. Write heading-level="3", say, or leave it out.',
  layout:
    'must be grid, row, feed or bundle; the list is shown as a grid. Correct the word, or leave the attribute out.',
  currency: 'must be the three-letter code of a currency that browsers know. Write currency="EUR", say.',
  lowStock: 'must be a whole number, 0 or more; the list uses 5. Write low-stock="3", say, or leave it out.',
  hrefTemplate:
    'must contain {id}, {title}, {category} or {path} and no other braces; cards link to the address in the catalogue. Write href-template="/product/{id}", say.',
  exclude: 'must be a list of ids; nothing is left out. Set the property exclude to an array.',
};

export function warnOfSettings(host: Element & { placement: Placement }, names: string[]): void {
  for (const name of names) {
    if (name === 'itemId') {
      const { placement } = host;
      // A bundle has `complement` instead.
      const what = placement === 'for-you' ? 'layout="bundle"' : `placement="${placement}"`;
      const advice = `${what} needs the item in view, but the list has no item-id and is hidden. Set item-id to the id of the page's product, or cart-synced for the content of the cart.`;
      warnOnce(host, name, advice);
    } else if (name === 'bundle') {
      const advice = `has no bundle and no recommender 10 s after it was added to the page: the list is hidden. Set bundle to the address of the bundle's folder (bundle="/bundle/"), or the property recommender to the result of createRecommender().`;
      warnOnce(host, name, advice);
    } else {
      const attribute = attributeOf(name);
      const given = host.getAttribute(attribute) ?? String(Reflect.get(host, name));
      warnOnce(host, name, `${attribute}="${given}": ${ADVICE[name] ?? 'is wrong.'}`);
    }
  }
}
