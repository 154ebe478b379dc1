import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  ChannelService,
  CurrencyCode,
  dummyPaymentHandler,
  Importer,
  JobQueueService,
  LanguageCode,
  Logger,
  Populator,
  RequestContext,
  RequestContextService,
  TransactionalConnection,
} from '@vendure/core';
import { lastValueFrom } from 'rxjs';
import { pictures } from './config.mjs';
import { placePastOrders } from './past-orders.mjs';

/** Kinds of products by department, which become the collections of the shop. */
const DEPARTMENTS = {
  Clothing: ['Shoes', 'Outerwear', 'Accessories', 'Tops', 'Bags'],
  Outdoors: ['Camping', 'Wheels', 'Winter', 'Water'],
  Sport: ['Balls', 'Rackets'],
  Kitchen: ['Tableware', 'Tools', 'Tea & Coffee'],
  Home: ['Clocks', 'Lamps', 'Furniture', 'Plants'],
  Desk: ['Writing', 'Electronics'],
};

const collection = (name, facetValue, parentName) => ({
  name,
  slug: name.toLowerCase().replace(/[^a-z]+/g, '-'),
  ...(parentName ? { parentName } : {}),
  filters: [{ code: 'facet-value-filter', args: { facetValueNames: [facetValue], containsAny: false } }],
});

/** @type {import('@vendure/core').InitialData} */
const initialData = {
  defaultLanguage: LanguageCode.en,
  defaultZone: 'Europe',
  countries: [
    { name: 'Austria', code: 'AT', zone: 'Europe' },
    { name: 'France', code: 'FR', zone: 'Europe' },
    { name: 'Germany', code: 'DE', zone: 'Europe' },
  ],
  taxRates: [{ name: 'Standard Tax', percentage: 20 }],
  shippingMethods: [{ name: 'Parcel', price: 490 }],
  paymentMethods: [
    {
      name: 'Test payment',
      handler: { code: dummyPaymentHandler.code, arguments: [{ name: 'automaticSettle', value: 'true' }] },
    },
  ],
  collections: Object.entries(DEPARTMENTS).flatMap(([department, kinds]) => [
    collection(department, `department:${department}`),
    ...kinds.map((kind) => collection(kind, `kind:${kind}`, department)),
  ]),
};

/**
 * Fills an empty shop: euros with tax, one zone, one way to ship, one to pay, the products of `products.csv`, and past orders.
 * @returns how many products and orders it has
 */
export async function seed(app) {
  const channels = app.get(ChannelService);
  const { id } = await channels.getDefaultChannel();
  const euros = { defaultCurrencyCode: CurrencyCode.EUR, availableCurrencyCodes: [CurrencyCode.EUR] };
  await channels.update(RequestContext.empty(), { id, ...euros, pricesIncludeTax: true });
  const populator = app.get(Populator);
  await populator.populateInitialData(initialData);
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin', languageCode: LanguageCode.en });
  const { errors, imported } = await lastValueFrom(app.get(Importer).parseAndImport(await productsCsv(), ctx, false));
  if (errors?.length) throw new Error(`Vendure refused products of products.csv:\n${errors.join('\n')}`);
  // Background jobs determine which products belong to a collection.
  await app.get(JobQueueService).start();
  await populator.populateCollections(initialData);
  const orders = await placePastOrders(app, ctx);
  const { driver, sqljsManager } = app.get(TransactionalConnection).rawConnection;
  await sqljsManager.saveDatabase();
  driver.options.autoSave = true;
  return { products: imported, orders };
}

/** The rows without the names of missing pictures. */
async function productsCsv() {
  const csv = await readFile(new URL('products.csv', import.meta.url), 'utf8');
  if (existsSync(pictures)) return csv;
  Logger.warn(`There is no folder ${pictures}: the products have no pictures.`, 'seed');
  return csv.replace(/,[\w-]+\.webp,/g, ',,');
}
