import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import { parsed, recommendSchema } from '../../protocol';
import { planRows, rankSegments, ruleFields, type SetField } from '../../ranking';
import { type Call, takes } from '../call';
import { listed } from './lists';

const whole = (most: number, otherwise: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), otherwise);
const { pin: _, ...rules } = ruleFields;
const listFields = {
  exclude: v.optional(v.unknown()),
  lang: v.optional(v.unknown()),
  hints: v.optional(v.unknown()),
  ...rules,
};
const segmentsSchema = exactObject({
  by: v.custom<SetField>(
    (by) => typeof by === 'string' && /^(category$|attributes\..)/.test(by),
    'must be "category" or an attribute, such as "attributes.brand"',
  ),
  depth: whole(50, 1),
  limit: whole(100, 6),
  items: whole(20, 4),
  ...listFields,
});
const rowsSchema = exactObject({ limit: whole(20, 6), items: whole(50, 12), ...listFields });

export const recommendSegments = async ({ catalog, lists }: Pick<Call, 'catalog' | 'lists'>, request: unknown) => {
  const { by, depth, limit, items, ...list } = parsed(segmentsSchema, request ?? {}, 'recommendSegments()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendSegments()');
  const segments = await lists.withInput(given, (list) =>
    rankSegments(list.index, ...list.input, { by, depth, limit, items }).map(({ items: ranked, ...segment }) => ({
      ...segment,
      items: listed(list, ranked),
    })),
  );
  return { id: lists.idOf('segments'), by, segments, currency: catalog.currency };
};

export const recommendRows = takes(
  'recommendRows()',
  [v.nullish(rowsSchema, {})],
  async (
    { catalog, rest, shopper, lists }: Pick<Call, 'catalog' | 'rest' | 'shopper' | 'lists'>,
    { limit, items, ...list },
  ) => {
    const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendRows()');
    // Rows about a product compare contents, of which a new shopper's rows need nothing.
    if (await shopper.turns.run(({ learner }) => learner.history.rows.length > 0)) await rest.waitFor(true);
    const rows = await lists.withInput(given, (input) =>
      planRows(input.index, ...input.input, { limit, items }).map(({ items: ranked, ...row }) => ({
        ...row,
        items: listed(input, ranked),
      })),
    );
    return { id: lists.idOf('rows'), rows, currency: catalog.currency };
  },
);
