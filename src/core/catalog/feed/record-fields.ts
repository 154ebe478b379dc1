import {
  type FeedMapping,
  isObject,
  MAPPED_FIELDS,
  type MappedField,
  type NamedFields,
  type ReadRecord,
  type RecordShape,
} from './feed-record';
import { attributeValue, isCost, isPresent, isUnpublished, normalName } from './field-values';
import { jsonLdFields } from './json-ld';
import { shopifyFields, shopifyVariantFields } from './shopify-fields';
import { wooStoreFields, wooTableFields } from './woocommerce';

/** Maximum number of names, and of columns, in a report of a missing field. */
const MAX_NAMES = 6;
const MAX_COLUMNS = 40;

/** Maps the fields of a record to an item's: by the names that platforms use, then by the shop's mapping. */
export function namedFields(shape: RecordShape, record: Record<string, unknown>, mapping: FeedMapping): NamedFields {
  const named = FIELDS[shape](record);
  for (const field of MAPPED_FIELDS) {
    const columns = mapping[field];
    if (columns === undefined) continue;
    named[field] = [columns]
      .flat()
      .map((column) => valueAt(record, column))
      .find(isPresent);
    if (field === 'price') delete named.sale;
  }
  if (mapping.attributes !== undefined) {
    named.attributes = chosen(record, mapping.attributes);
    named.leftOut = [];
  }
  return named;
}

/** Sources of the required fields in all shapes but tables. */
const SOURCES: Record<Exclude<RecordShape, 'columns'>, Record<'id' | 'title', readonly string[]>> = {
  shopify: { id: ['handle', 'id'], title: ['title'] },
  'shopify-variant': { id: ['Variant ID', 'Variant SKU', 'or id and sku of the variant'], title: ['title'] },
  'woo-table': { id: ['ID', 'SKU'], title: ['Name'] },
  'woo-store': { id: ['id'], title: ['name'] },
  'json-ld': { id: ['productGroupID', 'sku', 'productID', 'mpn', 'gtin', '@id', 'url'], title: ['name'] },
};

/** The searched names of a field, as written in feeds: the mapping's names, else the usual ones. */
export function namesOf(field: 'id' | 'title', shape: RecordShape, mapping: FeedMapping): string {
  const mapped = mapping[field];
  if (mapped !== undefined) return [mapped].flat().join(', ');
  if (shape !== 'columns') return SOURCES[shape][field].join(', ');
  const names = [...new Set(aliasesOf(field).map((name) => name.replace(/^g:/, '').replaceAll('_', ' ')))];
  return `${names.slice(0, MAX_NAMES).join(', ')}${names.length > MAX_NAMES ? ' …' : ''}`;
}

const FIELDS: Record<RecordShape, (record: Record<string, unknown>) => NamedFields> = {
  columns: columnFields,
  shopify: shopifyFields,
  'shopify-variant': shopifyVariantFields,
  'woo-table': wooTableFields,
  'woo-store': wooStoreFields,
  'json-ld': jsonLdFields,
};

function chosen(
  record: Record<string, unknown>,
  attributes: string[] | Record<string, string>,
): Record<string, unknown> {
  const wanted = Array.isArray(attributes) ? attributes.map((column) => [column, column]) : Object.entries(attributes);
  return Object.fromEntries(
    wanted.flatMap(([name, column]) => {
      const value = attributeValue(name, valueAt(record, column));
      return value === undefined ? [] : [[name.replace(/^g:/, ''), value]];
    }),
  );
}

/** Value of a column by its exact name, by its normalised name, or by a path into the record. */
function valueAt(record: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(record, column)) return record[column];
  const wanted = normalName(column);
  const alike = Object.keys(record).find((name) => normalName(name) === wanted);
  if (alike !== undefined) return record[alike];
  let value: unknown = record;
  for (const step of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/**
 * Names that feeds give a field, best first: Algolia's own id, Merchant Center's names, the names in shop exports and of Nosto, then
 * German, French and Spanish ones. Compared as `normalName` writes them; a name with `g:` also stands for the name without it.
 */
const NAMES: Record<MappedField | 'sale', string> = {
  id: `objectid g:id id sku item_id product_id productid article_number item_number handle guid
    artikelnummer artikel_nr artikelnr art_nr artnr artikel_id produktnummer produkt_id bestellnummer
    reference reference_produit ref id_produit code_article code_produit referencia id_producto codigo codigo_producto`,
  title: `g:title title name product_name product_title
    titel bezeichnung artikelbezeichnung artikelname produktname produktbezeichnung
    titre nom nom_produit nom_du_produit designation libelle titulo nombre nombre_producto nombre_del_producto`,
  description: `g:description description body_html body_(html) body product_description long_description content summary
    short_description beschreibung artikelbeschreibung produktbeschreibung langbeschreibung langtext kurzbeschreibung
    description_longue descriptif description_courte descripcion descripcion_larga descripcion_corta`,
  category: `hierarchicalcategories g:product_type category product_type categories product_category g:google_product_category
    google_product_category google_category type kategorie kategorien produktkategorie warengruppe produkttyp
    categorie rayon categoria categorias tipo_de_producto`,
  price: `g:price price regular_price variant_price preis verkaufspreis bruttopreis preis_brutto vk_preis
    prix prix_ttc prix_de_vente precio precio_de_venta pvp`,
  listPrice: `listprice list_price compare_at_price variant_compare_at_price strikethrough_price msrp rrp
    uvp listenpreis streichpreis prix_barre prix_conseille precio_anterior precio_original`,
  sale: `g:sale_price sale_price special_price angebotspreis aktionspreis sonderpreis
    prix_promo prix_promotionnel precio_oferta precio_de_oferta precio_rebajado`,
  image: `g:image_link image image_link image_url imageurl image_src images main_image picture
    bild bild_url bild_link bildlink bilder hauptbild produktbild foto photo image_principale lien_image url_image
    imagen imagen_url url_imagen imagen_principal enlace_imagen imagenes`,
  images: `g:additional_image_link additional_image_link additional_images alternate_image_urls alternate_image_url alternateimageurls images
    weitere_bilder bilder images_supplementaires autres_images imagenes imagenes_adicionales`,
  url: `g:link url link product_url product_link permalink produkt_url produktlink artikel_url deeplink
    lien lien_produit url_produit enlace enlace_producto url_producto`,
  availability: `g:availability availability stock_status in_stock available
    verfugbarkeit verfuegbarkeit verfugbar verfuegbar lieferbar lieferbarkeit auf_lager lagerstatus
    disponibilite disponible en_stock disponibilidad`,
  quantity: `g:quantity quantity stock_quantity variant_inventory_qty inventory_quantity inventory_level inventorylevel stock
    bestand lagerbestand quantite cantidad existencias`,
  group: `g:item_group_id item_group_id group_id parent_sku parent_id`,
  rating: `rating average_rating rating_value ratingvalue review_rating`,
  ratings: `ratings rating_count review_count reviewcount number_of_reviews`,
  published: `published published_at created_at date_added date_created date_published datepublished`,
  popularity: `popularity`,
};
const ALIAS_FIELDS = Object.keys(NAMES) as (MappedField | 'sale')[];
const ALIASES = new Map(ALIAS_FIELDS.map((field) => [field, NAMES[field].split(/\s+/)]));
const aliasesOf = (field: MappedField | 'sale'): readonly string[] => ALIASES.get(field) ?? [];

/** Advice about a record that lacks a field: the columns of its table. Empty if one of them is of that field. */
export function missingColumn(
  field: 'id' | 'title',
  { shape, fields, header: columns = Object.keys(fields) }: ReadRecord,
  mapping: FeedMapping,
): string {
  const isNamed = (column: string): boolean => aliasesOf(field).includes(normalName(column));
  if (shape !== 'columns' || mapping[field] !== undefined || columns.some(isNamed)) return '';
  const named = `${columns.slice(0, MAX_COLUMNS).join(', ')}${columns.length > MAX_COLUMNS ? ' …' : ''}`;
  return `. The columns are ${named}. Rename one, or save {"${field}":"…"} with its name as mapping.json, and add --mapping mapping.json`;
}

/** Fields whose columns also stay attributes: shops filter by them, and the ranking reads the numbers. */
const ALSO_ATTRIBUTES: readonly string[] = ['rating', 'ratings', 'published'];

/** Columns that do not describe the product itself. */
const NO_ATTRIBUTE =
  /^(attributes|mobile_link|identifier_exists|shipping.*|tax.*|ads_.*|sale_price_effective_date|thumb_?url|canonical_link|pubdate|updated|published|guid|id|link)$/;
const CURRENCY =
  'currency price_currency price_currency_code pricecurrencycode currency_code wahrung waehrung devise moneda'.split(
    ' ',
  );
/** Columns that state whether a product is published. */
const STATUS = ['status', 'product_status', 'post_status'];
const PUBLISHED = ['published', 'is_published', 'published_on_online_store'];

function columnFields(record: Record<string, unknown>): NamedFields {
  const byName = new Map<string, string>();
  for (const column of Object.keys(record)) {
    const name = normalName(column);
    if (!byName.has(name)) byName.set(name, column);
  }
  const columnsOf = (names: readonly string[]): string[] => names.flatMap((name) => byName.get(name) ?? []);
  const named: NamedFields = {};
  const used = new Set<string>();
  for (const field of ALIAS_FIELDS) {
    const known = columnsOf(aliasesOf(field)).filter((column) => record[column] !== null);
    const found = known.find((column) => isPresent(record[column])) ?? known[0];
    if (found === undefined) continue;
    if (!ALSO_ATTRIBUTES.includes(field)) used.add(found);
    named[field] = record[found];
  }
  const attributes: Record<string, unknown> = {};
  for (const [name, column] of byName) {
    const plain = name.replace(/^\w+:/, '');
    // A plain field repeats Google's field of the same name.
    const again = plain === name && byName.has(`g:${name}`);
    if (used.has(column) || again || NO_ATTRIBUTE.test(plain) || isCost(name)) continue;
    const value = attributeValue(column, record[column]);
    if (value !== undefined) attributes[column.replace(/^g:/, '')] = value;
  }
  const [currency] = columnsOf(CURRENCY);
  if (currency !== undefined) named.currency = record[currency];
  const own = record.attributes;
  named.attributes = isObject(own) ? { ...attributes, ...withoutCosts(own) } : (own ?? attributes);
  const [status, published] = [STATUS, PUBLISHED].map((names) => columnsOf(names)[0]);
  named.unpublished = isUnpublished(status && record[status], published && record[published]);
  return named;
}

const withoutCosts = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !isCost(name)));
