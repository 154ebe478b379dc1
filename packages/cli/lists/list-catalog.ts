import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  contentBlend,
  DEFAULT_MARKET,
  type Item,
  MANIFEST_FILE,
  type Manifest,
  marketFor,
  offersFile,
  parseManifest,
  withPopularity,
} from '../../../src/core/catalog';
import { bundleTexts, localeFor, type Shown, shownItem } from '../../../src/core/catalog/locales';
import { fetchOffers, offeredItem } from '../../../src/core/catalog/offers';
import { sha256 } from '../../../src/core/common/bytes';
import { loadKernel } from '../../../src/core/kernel';
import {
  type CatalogIndex,
  catalogIndex,
  fetchRules,
  loadReasons,
  type Placement,
  type PublishedRules,
  patchedIndex,
  RULES_FILE,
  rulesAt,
  ShopDemand,
  TERMS,
  type TermWeights,
  termValues,
} from '../../../src/device/ranking';

import { folderFetch, openFolder } from '../bundler';

/** A bundle as lists for every shopper read it. */
export type ListCatalog = Awaited<ReturnType<typeof openCatalog>>;

export interface CatalogRequest {
  bundle: string;
  /** Language of texts, prices and reasons. Default: the bundle's, otherwise English. */
  lang: string | undefined;
  market: string | undefined;
  /** Time at which rules must apply, milliseconds since the epoch. */
  now: number;
}

/** SHA-256 of all that the lists depend on: the manifest, which has the digests of files, the offers, the rules that apply now. */
export async function stateOf({ bundle, lang, market, now }: CatalogRequest): Promise<string> {
  const read = (name: string): Promise<Buffer | null> => readFile(join(bundle, name)).catch(() => null);
  const manifest = await read(MANIFEST_FILE);
  // `openCatalog` says what is missing.
  if (!manifest) return '';
  const offers = await read(offersFile(marketOf(parseManifest(new Uint8Array(manifest).buffer), { lang, market })));
  const rules = (await read(RULES_FILE)) && (await fetchRules(folderFetch(bundle)));
  const applying = (['similar', 'complement', 'trending'] as const).map((of) => rulesAt(rules?.rules ?? [], of, now));
  const state = [manifest, offers].map((file) => file?.toString('base64') ?? '');
  return sha256(new TextEncoder().encode(JSON.stringify([...state, applying])));
}

/** The market whose offers count. */
const marketOf = (manifest: Manifest, { lang, market }: Pick<CatalogRequest, 'lang' | 'market'>): string =>
  market ?? marketFor(manifest, lang) ?? DEFAULT_MARKET;

/** Opens the whole catalogue of a bundle with its trained files, offers, rules and texts. */
export async function openCatalog(request: CatalogRequest) {
  const { bundle: folder, now } = request;
  const bundle = await openFolder(folder);
  const { manifest, features } = bundle;
  const { lang = manifest.language ?? 'en' } = request;
  const fetchFile = folderFetch(folder);
  const [{ productVariants }] = await Promise.all([
    import('../../../src/device/ranking/variants'),
    loadKernel(),
    loadReasons(lang),
  ]);
  const [cooccurrence, learned] = await Promise.all([bundle.cooccurrence(), bundle.demand()]);
  const demand = learned && new ShopDemand(learned);
  const items = withPopularity(bundle.items, learned);
  const own = catalogIndex(items, features, contentBlend(manifest), {
    variants: productVariants(items),
    cooccurrence,
    trend: demand?.trend(items.length),
    similarCategory: manifest.similar?.category,
  });
  const market = marketOf(manifest, request);
  // A market that was named must have offers; the bundle's own prices are good for pages that name none.
  const wanted = request.market !== undefined || manifest.offers?.includes(market);
  const offers = wanted ? await fetchOffers(fetchFile, manifest, market) : null;
  const index = offers ? offered(own, offers.offers, market === DEFAULT_MARKET) : own;
  const { rules }: Pick<PublishedRules, 'rules'> = manifest.rules ? await fetchRules(fetchFile) : { rules: [] };
  const history = { rows: [], strengths: [], dismissed: new Set<number>() };
  const weights = Object.fromEntries(TERMS.map((name) => [name, 0])) as TermWeights;
  return {
    index,
    /** The state of a shopper about whom nothing is known. */
    state: { history, residualScores: null, weights, terms: termValues(index, { history, residualScores: null }) },
    shown: await shownIn(bundle, lang),
    /** Currency of the prices, if offers or bundle name one. */
    currency: offers?.currency ?? (offers && market !== DEFAULT_MARKET ? undefined : manifest.currency),
    lang,
    now,
    rulesFor: (placement: Placement) => rulesAt(rules, placement, now),
  };
}

/** The index at the prices and the stock of offers. @param own whether the prices are in the unit of the bundle's */
function offered(index: CatalogIndex, offers: Parameters<typeof offeredItem>[1][], own: boolean): CatalogIndex {
  const changed = new Map<number, Item>();
  for (const offer of offers) {
    const row = offer && index.rowOf.get(offer.id);
    if (row !== undefined) changed.set(row, offeredItem(index.items[row], offer));
  }
  return patchedIndex(index, changed, own);
}

/** How to show items in a language of the bundle; unchanged if it has no texts in it. */
async function shownIn(bundle: Awaited<ReturnType<typeof openFolder>>, lang: string): Promise<Shown> {
  const tag = localeFor(bundle.manifest, lang);
  if (tag === null) return (item) => item;
  const rows = await bundleTexts(bundle, tag);
  const texts = new Map(bundle.items.map(({ id }, row) => [id, rows[row]]));
  return (item) => {
    const text = texts.get(item.id);
    return text ? shownItem(item, text) : item;
  };
}
