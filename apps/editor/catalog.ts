import * as v from 'valibot';
import type { Recommender } from '../../src/device/protocol';
import type { Condition } from './model';

const value = v.union([v.string(), v.number(), v.boolean()]);

const catalogSchema = v.object({
  products: v.array(v.object({ id: v.string(), title: v.string(), category: v.string() })),
  categories: v.array(v.string()),
  attributes: v.array(v.object({ name: v.string(), list: v.boolean(), values: v.array(value) })),
});

export type Catalog = v.InferOutput<typeof catalogSchema>;

const problemsSchema = v.object({
  problems: v.array(
    v.object({ level: v.picklist(['error', 'warning']), rule: v.string(), field: v.string(), reason: v.string() }),
  ),
});

/** A problem that `rules check` reports. */
export type Problem = v.InferOutput<typeof problemsSchema>['problems'][number];

/** @throws Error with the server's reason */
async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    throw new Error(
      'The command that serves this page has ended. Start it again, and open the address that it prints.',
    );
  });
  if (response.status === 412)
    throw new Error(
      'Nothing was written: somebody else has changed rules.json. Note down what you changed here, then reload this page.',
    );
  // 422: the answer has the errors.
  if (!response.ok && response.status !== 422) throw new Error((await response.text()).trim());
  return response;
}

export const fetchCatalog = async (): Promise<Catalog> =>
  v.parse(catalogSchema, await (await request('catalog.json')).json());

const tagOf = ({ headers }: Response): string => headers.get('etag') ?? '';

export async function fetchRulesFile(): Promise<{ text: string; tag: string }> {
  const response = await request('rules.json');
  return { text: await response.text(), tag: tagOf(response) };
}

export async function check(text: string): Promise<Problem[]> {
  const response = await request('check', { method: 'POST', body: text });
  return v.parse(problemsSchema, await response.json()).problems;
}

/**
 * Writes the file if it is still the version that was read.
 * @returns the problems, and the new tag, which is null if errors kept the file from being written
 */
export async function save(text: string, tag: string): Promise<{ problems: Problem[]; tag: string | null }> {
  const response = await request('rules.json', { method: 'PUT', body: text, headers: { 'If-Match': tag } });
  const { problems } = v.parse(problemsSchema, await response.json());
  return { problems, tag: response.ok ? tagOf(response) : null };
}

/** The condition that a field of an item equals a text, as the catalogue writes that value. */
export function conditionFor(catalog: Catalog, field: string, text: string): Condition {
  const known = attributeOf(catalog, field);
  const match = known?.values.find((one) => String(one) === text) ?? text;
  return { field, match: known?.list ? { $contains: text } : match };
}

export const valuesOf = (catalog: Catalog, field: string): string[] =>
  field === 'category' ? catalog.categories : (attributeOf(catalog, field)?.values ?? []).map(String);

const attributeOf = ({ attributes }: Catalog, field: string) =>
  attributes.find(({ name }) => field === `attributes.${name}`);

/** Number of products that a simulated shopper has looked at. */
const VIEWED = 5;

/** The package's own scripts, which a shop's pages load too. */
const element: Promise<typeof import('../../src/page/client')> = import(
  /* @vite-ignore */ new URL('sidestream/sidestream.js', document.baseURI).href
);

/**
 * The lists of a shopper who looked at products of a category, and who is forgotten with the page.
 * @param category empty for somebody unknown
 */
export async function simulatedShopper(category: string, { products }: Catalog): Promise<Recommender> {
  const { createRecommender } = await element;
  const namespace = `rules editor ${Date.now()}`;
  // Without consent, the profile is only in memory.
  const recommender = await createRecommender({ bundle: 'bundle/', namespace, consent: 'pending' });
  const liked = products.filter((product) => category !== '' && isIn(product.category, category));
  for (const { id } of liked.slice(0, VIEWED)) await recommender.track('view', id);
  return recommender;
}

const isIn = (paths: string, category: string): boolean =>
  paths.split('|').some((path) => `${path.trim()}/`.startsWith(`${category}/`));
