import { createRequire } from 'node:module';
import { pick, seeded } from '../../../scripts/demo/seeded';
import { writeBundle } from '../../../src/core/catalog';
import { topicContent } from '../../../testing/topics';

/** Number of items of the shop. */
const ITEMS = 1000;
/** Names of pictures as in a shop; the host serves the same picture for all. */
const PICTURES = '/media/catalog/product/cache';

/** Share of the sentences that several products have. */
const SHARED = 0.4;

/**
 * A synthetic shop of 1,000 items: titles of three words, descriptions of 350 characters on average, one picture each. With
 * brotli an item takes as many bytes as in Magento's sample shop for clothes, 115. Features have the size of the embedded encoders' features.
 * @returns its bundle, by file name
 */
export async function shopOfThousand(): Promise<Map<string, Uint8Array>> {
  const content = await topicContent({ items: ITEMS, topics: 60, dim: 128, taps: 3 });
  const random = seeded('a shop of a thousand');
  const words = vocabulary();
  // Word frequencies are as unequal as in shops: few words make up most of a text.
  const word = (): string => words[Math.floor(words.length ** (random() ** 1.3)) - 1];
  const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;
  const sentences = Array.from({ length: 300 }, () => {
    const length = 6 + Math.floor(8 * random());
    return `${capital(Array.from({ length }, word).join(' '))}.`;
  });
  for (const [n, item] of content.items.entries()) {
    const sku = `${pick(['MH', 'WS', 'MP', 'WB', 'UG', 'MJ'], random)}${String(n).padStart(4, '0')}`;
    item.id = sku;
    item.title = `${capital(word())} ${capital(word())} ${capital(pick(words, random))}`;
    item.description = '';
    const length = 180 + 340 * random();
    while (item.description.length < length) {
      // Products of one kind share sentences (their care, their cut).
      const shared = random() < SHARED;
      const text = shared ? pick(sentences, random) : `${capital(Array.from({ length: 10 }, word).join(' '))}.`;
      item.description = `${item.description} ${text}`.trim();
    }
    item.image = `${PICTURES}/${sku[0].toLowerCase()}/${sku.toLowerCase()}_main_${1 + (n % 3)}.webp`;
    item.url = `/${item.title.toLowerCase().replaceAll(/\W+/g, '-')}.html`;
  }
  const files = new Map<string, Uint8Array>();
  await writeBundle(content, async (name, bytes) => void files.set(name, bytes.slice()));
  return files;
}

/** Some thousand English words, the short ones first. */
function vocabulary(): string[] {
  const emojis: { label: string; tags?: string[] }[] = createRequire(import.meta.url)('emojibase-data/en/data.json');
  const words = emojis.flatMap(
    ({ label, tags = [] }) =>
      [label, ...tags]
        .join(' ')
        .toLowerCase()
        .match(/[a-z]{2,}/g) ?? [],
  );
  return [...new Set(words)].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** The page: its own text, the two lines of docs/how-to/install.md, and the rule of docs/how-to/lists.md that reserves the list's space. */
export const page = (recommendations: boolean, bundle = '/bundle/'): Uint8Array =>
  new TextEncoder().encode(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A shop of a thousand</title><meta name="description" content="A synthetic shop.">
<style>body{font:1rem/1.5 system-ui,sans-serif;margin:1rem auto;max-width:70rem;padding:0 1rem}
sidestream-recs:not(:defined){display:block;min-block-size:20rem}</style>
${recommendations ? '<script type="module" src="/sidestream/sidestream.js"></script>' : ''}
</head>
<body>
<h1>A shop of a thousand</h1>
<p>${'Everything for the house and what is around it, sent tomorrow. '.repeat(12)}</p>
${recommendations ? `<sidestream-recs bundle="${bundle}" heading="Recommended for you"></sidestream-recs>` : ''}
<p>${'Questions are answered by people who use what they sell. '.repeat(20)}</p>
</body>
</html>`);
