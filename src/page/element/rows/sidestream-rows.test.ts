import { expect, it, vi } from 'vitest';
import { FakeRecommender, recommendation } from '../../../../testing/fake-recommender';
import type { Row, RowsResponse } from '../../../device/protocol';
import { inPlace, rowSource } from './sidestream-rows';

const row = (kind: Row['kind'], about = '', ids = ['a', 'b']): Row => ({
  kind,
  about,
  title: `${kind} ${about}`,
  score: 1,
  items: ids.map(recommendation),
});
const planOf = (rows: Row[]): RowsResponse => ({ id: 'p', rows, currency: 'EUR' });

it('lists the items of its row in the present plan, and the last known ones if the row is gone', async () => {
  let plan = planOf([row('more', 'Acme'), row('trending')]);
  const source = rowSource(new FakeRecommender().recommender, row('more', 'Acme'), async () => plan);
  const ids = async (exclude: string[] = []) =>
    (await source.recommend({ exclude })).items.map(({ item, position }) => `${item.id}${position}`);
  expect(await source.recommend()).toMatchObject({ id: 'p', placement: 'for-you', currency: 'EUR' });
  expect(await ids()).toEqual(['a0', 'b1']);
  expect(await ids(['a'])).toEqual(['b0']);
  plan = planOf([row('more', 'Acme', ['c'])]);
  expect(await ids()).toEqual(['c0']);
  plan = planOf([row('more', 'Best', ['d'])]);
  expect(await ids()).toEqual(['c0']);
});

it('names the kind of the row in the events of its items', async () => {
  const { recommender } = new FakeRecommender();
  const track = vi.fn(async () => undefined);
  const source = rowSource({ ...recommender, track }, row('because', 'a'), async () => planOf([]));
  await source.track('click', 'b', { placement: 'similar', position: 2 });
  expect(track).toHaveBeenCalledWith('click', 'b', { placement: 'rows-because', position: 2 });
});

it('keeps shown rows at their places', () => {
  const rows = [row('more', 'Acme'), row('because', 'x'), row('trending')];
  const kinds = (shown: string[]) => inPlace(shown, rows).map(({ kind }) => kind);
  expect(kinds([])).toEqual(['more', 'because', 'trending']);
  expect(kinds(['trending ', 'again ', 'because x'])).toEqual(['trending', 'because', 'more']);
});
