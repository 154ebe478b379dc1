/** What the terms of the score look at, in words for a shopper; they end the sentence "It counts that a product is …". */
const LABELS: Record<string, string> = {
  base: 'expected by the shop’s model',
  embedding: 'related in the shop’s model',
  companions: 'often chosen with what you just looked at',
  recent: 'like what you looked at lately',
  session: 'like your last three',
  closest: 'close to some that you chose',
  category: 'from your categories',
  numbers: 'close to yours in price and numbers',
  place: 'next to yours in the catalogue',
  popularity: 'popular in this shop',
  newcomer: 'new in this shop',
  disliked: 'unlike what you dismissed',
  taste: 'to your taste',
  experts: 'favoured by the experts',
};

/** A term in words. One that is not known here is named as it is: `contentRecent` as `content recent`. */
export function termLabel(name: string): string {
  if (Object.hasOwn(LABELS, name)) return LABELS[name];
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .toLowerCase();
}
