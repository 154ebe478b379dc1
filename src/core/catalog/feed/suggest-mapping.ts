import { type FeedMapping, MAPPED_FIELDS, type MappedField, type ReadRecord } from './feed-record';
import { isPresent, normalName } from './field-values';
import { isNamed } from './record-fields';
import type { Problem } from './record-item';

/** Maximum number of columns that are named. */
const MAX_COLUMNS = 40;

/**
 * How columns of a field are often called, and what their values look like, the clearest fields first. In each case a column with
 * such a name and value is better than one with such a value; without `alone` the value does not suffice.
 */
const LOOKS: readonly { field: MappedField; name: RegExp; value: RegExp; alone?: true }[] = [
  { field: 'image', name: /bild|foto|phot|im[ag]|pic/, value: /\.(jpe?g|png|webp|gif|avif)\b/i, alone: true },
  { field: 'url', name: /url|link|lien|enlace|seite|page/, value: /^(https?:\/)?\//i, alone: true },
  { field: 'price', name: /prei|pri[cx]|preci|pvp|vk/, value: /^\D{0,4}\d[\d.,]*\D{0,4}$/ },
  { field: 'id', name: /(^|_)(id|ids|nr|no|num|sku|code|key|ref)|nummer|number/, value: /^\S+$/ },
  { field: 'category', name: /[ck]at|grup|famil|rubri/, value: /\p{L}/u },
  { field: 'title', name: /nam|nom|tit|bez|label|artik|artic|produ|kurz/, value: /\p{L}/u },
  { field: 'title', name: /text|desc|besch/, value: /\p{L}/u, alone: true },
  { field: 'description', name: /text|desc|besch|detail|info/, value: /\p{L}/u },
  { field: 'id', name: /artik|artic|produ/, value: /\d/, alone: true },
];

/**
 * Advice if a table has no column for the field of the first problem, which every product needs: its columns, and a mapping
 * with the best guesses. Empty if it has such a column, or for another problem.
 */
export function suggestedMapping(record: ReadRecord, mapping: FeedMapping, [problem]: readonly Problem[]): string {
  const { shape, fields, header: columns = Object.keys(fields) } = record;
  const isKnown = (field: MappedField): boolean =>
    mapping[field] !== undefined || columns.some((column) => isNamed(field, column));
  const missing = (['id', 'title'] as const).find((field) => field === problem.field);
  if (shape !== 'columns' || !missing || !problem.reason.startsWith('is missing') || isKnown(missing)) return '';
  const free = new Set(columns.filter((column) => !MAPPED_FIELDS.some((field) => isNamed(field, column))));
  const found = new Map<MappedField, string>();
  for (const { field, name, value, alone } of LOOKS) {
    if (found.has(field) || isKnown(field)) continue;
    const likely = [...free].filter((column) => !isPresent(fields[column]) || value.test(String(fields[column])));
    const best =
      likely.find((column) => name.test(normalName(column))) ??
      (alone && likely.find((column) => isPresent(fields[column])));
    if (best === undefined) continue;
    found.set(field, best);
    free.delete(best);
  }
  const named = `${columns.slice(0, MAX_COLUMNS).join(', ')}${columns.length > MAX_COLUMNS ? ' …' : ''}`;
  const guess = JSON.stringify({ [missing]: '…', ...Object.fromEntries(found) });
  return `. The columns are ${named}. Rename them, or save ${guess} as mapping.json, correct it, and add --mapping mapping.json`;
}
