import * as v from 'valibot';
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
  // 412 and 422: the caller deals with them.
  if (!response.ok && response.status !== 412 && response.status !== 422)
    throw new Error((await response.text()).trim());
  return response;
}

export const fetchCatalog = async (): Promise<Catalog> =>
  v.parse(catalogSchema, await (await request('catalog.json')).json());

export interface RulesFile {
  text: string;
  tag: string;
}

const tagOf = ({ headers }: Response): string => headers.get('etag') ?? '';

export async function fetchRulesFile(): Promise<RulesFile> {
  const response = await request('rules.json');
  return { text: await response.text(), tag: tagOf(response) };
}

export async function check(text: string): Promise<Problem[]> {
  const response = await request('check', { method: 'POST', body: text });
  return v.parse(problemsSchema, await response.json()).problems;
}

/**
 * Writes the file if it is still the version that was read.
 * @returns the problems, and the new tag, which is null if errors kept the file from being written; null if somebody else changed it
 */
export async function save({ text, tag }: RulesFile): Promise<{ problems: Problem[]; tag: string | null } | null> {
  const response = await request('rules.json', { method: 'PUT', body: text, headers: { 'If-Match': tag } });
  if (response.status === 412) return null;
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
