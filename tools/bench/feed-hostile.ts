/**
 * Malformed feeds that a careless reader would read in quadratic time. Each is read at one size and at ten
 * times that size: the ratio is near 10 if time grows linearly, and lower if reading stops early.
 */
import { type FeedSource, feedRows } from '../../src/core/catalog/feed';

/** A feed of about the given number of characters. */
type Hostile = (length: number) => string;

const filled = (before: string, filling: string, length: number, after = ''): string =>
  before + filling.repeat(Math.ceil(length / filling.length)) + after;
const table =
  (row: string): Hostile =>
  (length) =>
    filled('id,title\na,A\n', row, length);
const described = (opening: string, closing = ''): Hostile => {
  const size = opening.length + closing.length;
  return (length) => {
    const times = Math.ceil(length / size);
    const text = opening.repeat(times) + closing.repeat(times);
    return JSON.stringify({ products: [{ handle: 'a', title: 'A', body_html: text }] });
  };
};
const rss =
  (filling: string): Hostile =>
  (length) =>
    filled('<?xml version="1.0"?><rss><channel>', filling, length);

const HOSTILE: Record<string, Hostile> = {
  'csv: text after a quote': table('b,"B" x\n'),
  'csv: quotes that never match': table('b","B\n'),
  'csv: rows of several lines': table('b,"""\n""\n'),
  'csv: spaces after quotes': (length) => `id,title\na,"${'x"'.repeat(length / 4)}${' '.repeat(length / 2)},\n`,
  'jsonl: bad attributes': (length) => filled('', '{"id":"a","title":"A","attributes":{"a":null,"b":[]}}\n', length),
  'text: <script': described('<script'),
  'text: tags left open': described('<b>', '</i>'),
  'text: &amp': described('&amp'),
  'price: signs': (length) =>
    `{"products":[{"handle":"a","title":"A","variants":[{"price":"1${'.'.repeat(length)}1"}]}]}`,
  'json-ld: spaces': (length) => `{"@type":"Product"${' '.repeat(length)}x`,
  'json-ld: nested': (length) => `{"@type":"Product","name":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`,
  'html: tags left open': (length) => filled(filled('<html>', '<b>', length / 2), '</i>', length / 2),
  'xml: tags left open': rss('<a>'),
  'xml: tags left open in products': rss(`<item><id>a</id><description>${'<br>'.repeat(200)}</description></item>\n`),
  'xml: unknown entities': rss('<item><id>a</id><title>&x;&y;&z;</title></item>\n'),
  'xml: unknown prefixes': rss('<item><a:id>a</a:id><b:title>T</b:title></item>\n'),
  'xml: wrong end tags': rss('<item><id>a</di></item>\n'),
  'json: nested': (length) => filled('{"products":[', '[', length),
  'json: one page in a list': (length) => filled('[{"products":[{"id":0}', ',{"id":1}', length, ']}]'),
};

function* cut(text: string): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let from = 0; from < text.length; from += 65_536) yield encoder.encode(text.slice(from, from + 65_536));
}

/** Processor time in seconds, which a busy machine does not change. */
async function secondsOf(text: string): Promise<{ seconds: number; rows: number }> {
  const source: FeedSource = { file: 'feed', bytes: cut(text) };
  const before = process.cpuUsage();
  let rows = 0;
  for await (const _ of feedRows([source])) rows++;
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, rows };
}

/** @param megabytes of the larger feeds */
export async function measureHostile(megabytes: number): Promise<void> {
  console.log(`| feed | ${megabytes / 10} MB, CPU s | ${megabytes} MB, CPU s | ratio | rows |`);
  console.log('| --- | --: | --: | --: | --: |');
  for (const [name, hostile] of Object.entries(HOSTILE)) {
    const length = megabytes * 1e6;
    // A warm-up run, so that compilation is not measured.
    await secondsOf(hostile(length / 100));
    const small = await secondsOf(hostile(length / 10));
    const large = await secondsOf(hostile(length));
    const ratio = (large.seconds / small.seconds).toFixed(1);
    console.log(`| ${name} | ${small.seconds.toFixed(2)} | ${large.seconds.toFixed(2)} | ${ratio} | ${large.rows} |`);
  }
}
