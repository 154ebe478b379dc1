import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import type { Product } from '../../protocol';
import { optionsOf, usualSizes } from '../../ranking';
import { type Call, takes } from '../call';

const idsSchema = v.pipe(v.array(v.string()), v.maxLength(1000));
const productsSchema = exactObject({ lang: v.optional(v.string()), variants: v.optional(v.boolean(), false) });

export const products = takes(
  'catalog.products()',
  [['ids', idsSchema], v.nullish(productsSchema, {})],
  async (
    { options, catalog, rest, shards, shopper }: Pick<Call, 'options' | 'catalog' | 'rest' | 'shards' | 'shopper'>,
    ids,
    { lang = options.lang, variants: withVariants },
  ) => {
    if (ids.some((id) => !catalog.find(id))) await rest.waitFor(true);
    await shards?.loadList(ids);
    const shown = await catalog.shown(lang);
    return shopper.turns.run(({ learner }) => {
      const { items, rowOf, variants } = catalog.index;
      const usual = withVariants ? usualSizes(catalog.index, learner.history.record.purchases) : null;
      return ids.flatMap((id): Product[] => {
        const row = rowOf.get(id);
        if (row === undefined) return [];
        const prices = variants?.prices(items, row);
        const all = withVariants ? (variants?.of[row] ?? []) : [];
        return [
          {
            item: shown(items[row]),
            ...(prices && { prices }),
            options: optionsOf(catalog.index, all, usual),
            variants: all.map((other) => shown(items[other])),
          },
        ];
      });
    });
  },
);
