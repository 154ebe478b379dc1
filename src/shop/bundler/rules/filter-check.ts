import { categoryPaths, type Item } from '../../../core/catalog';
import type { Filter, FilterValue } from '../../../device/ranking';
import { itemFilter, type RuleProblem } from '../../../device/ranking/rules-file';

const VALUE_OPERATORS = ['$eq', '$ne', '$in', '$nin'];

/** The ids, categories (with the broader ones) and attributes of a bundle. */
export interface CatalogNames {
  ids: ReadonlySet<string>;
  categories: ReadonlySet<string>;
  attributes: ReadonlySet<string>;
}

/** A condition of a filter on one field. */
interface Condition {
  /** Path in the filter, such as `$or.0.category`. */
  path: string[];
  field: string;
  /** Values with which the field is compared. */
  values: FilterValue[];
}

/** A filter of a rule, tested on every item of a catalogue. */
export class FilterCheck {
  readonly #rule: string;
  readonly #field: string;
  readonly #filter: Filter;
  readonly #fits: (item: Item) => boolean;
  #found = false;

  /** @param field field of the rule, such as `boost.0.filter` */
  constructor(rule: string, field: string, filter: Filter) {
    this.#rule = rule;
    this.#field = field;
    this.#filter = filter;
    this.#fits = itemFilter(filter);
  }

  try(item: Item): void {
    this.#found ||= this.#fits(item);
  }

  /** The values in the filter that no item of the catalogue has; otherwise, a note if the filter matches no item. */
  problems({ ids, categories, attributes }: CatalogNames): RuleProblem[] {
    const problem = (path: readonly string[], reason: string): RuleProblem => ({
      rule: this.#rule,
      field: [this.#field, ...path].join('.'),
      reason,
    });
    const unknown = conditionsOf(this.#filter).flatMap(({ path, field, values }) => {
      const [, attribute] = /^attributes\.(.*)$/s.exec(field) ?? [];
      if (attribute !== undefined)
        return attributes.has(attribute)
          ? []
          : problem(path, `no item of the bundle has the attribute ${JSON.stringify(attribute)}`);
      const known = (value: FilterValue): boolean =>
        field === 'id'
          ? typeof value === 'string' && ids.has(value)
          : categoryPaths(String(value)).some((name) => categories.has(name));
      const lacks = field === 'id' ? 'the bundle has no item' : 'no item of the bundle is in the category';
      const hint = (value: FilterValue): string =>
        field === 'id' && typeof value === 'number' ? '; ids are texts, so write it in quotes' : '';
      return field === 'id' || field === 'category'
        ? values
            .filter((value) => !known(value))
            .map((value) => problem(path, `${lacks} ${JSON.stringify(value)}${hint(value)}`))
        : [];
    });
    return unknown.length > 0 || this.#found ? unknown : [problem([], 'matches no item of the bundle')];
  }
}

function conditionsOf(filter: Filter, path: string[] = []): Condition[] {
  return Object.entries(filter).flatMap(([key, value]): Condition[] => {
    const at = [...path, key];
    // The filter was parsed: combinations hold filters, and fields hold values or operators.
    if (key === '$not') return conditionsOf(value as Filter, at);
    if (key === '$and' || key === '$or')
      return (value as Filter[]).flatMap((part, n) => conditionsOf(part, [...at, String(n)]));
    const operators = typeof value === 'object' ? Object.entries(value) : [['$eq', value] as const];
    const values = operators.flatMap(([operator, given]) => (VALUE_OPERATORS.includes(operator) ? [given].flat() : []));
    return [{ path: at, field: key, values }];
  });
}
