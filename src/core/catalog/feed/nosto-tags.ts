import { addToGroup } from '../../common/grouped';
import type { FeedRecord } from './feed-record';
import { readHtml } from './html';

/** Elements without an end tag. */
const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'wbr']);
/** Variants of the product, which are elements of their own. */
const VARIANT = 'nosto_sku';

/** The products that a page tags for Nosto: elements inside `class="nosto_product"` that are called like their field. */
export function nostoRecords(page: string): FeedRecord[] {
  const products: { line: number; fields: Map<string, string[]> }[] = [];
  /** Open elements of the product; 0 outside of one. */
  let depth = 0;
  /** The texts of the open field. */
  let texts: string[] | null = null;
  readHtml(page, {
    attributes: (name, attributes, lineOf) => {
      const names = attributes.get('class')?.split(/\s+/) ?? [];
      if (depth === 0 ? !names.includes('nosto_product') : VOID.has(name)) return;
      depth++;
      if (depth === 1) products.push({ line: lineOf(), fields: new Map() });
      const { fields } = products[products.length - 1];
      const [field] = names;
      if (depth !== 2 || !field || field === VARIANT) return;
      texts = addToGroup(fields, field, '');
    },
    text: (text) => {
      if (texts) texts[texts.length - 1] += text;
    },
    close: (name) => {
      if (depth === 0 || VOID.has(name)) return;
      depth--;
      if (depth < 2) texts = null;
    },
  });
  return products.map(({ line, fields }) => ({
    line,
    shape: 'columns',
    fields: Object.fromEntries(
      [...fields].map(([field, values]) => {
        const texts = values.map((value) => value.trim());
        return [field, texts.length > 1 ? texts : texts[0]];
      }),
    ),
  }));
}
