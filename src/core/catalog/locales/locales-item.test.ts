import { expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { itemTextOf, shownItem } from '.';

const item = makeItem('a', {
  title: 'Teapot',
  description: 'For tea.',
  category: 'Kitchen',
  image: '/a.jpg',
  price: 20,
  attributes: { color: 'red', size: 3 },
});

it('contains only the differences, and shows the item with them', () => {
  const other = {
    ...item,
    title: 'Teekanne',
    description: '',
    price: 18,
    attributes: { color: 'rot', size: 3, neu: true },
  };
  const text = itemTextOf(item, other);
  expect(text).toEqual({ title: 'Teekanne', attributes: { color: 'rot' } });
  expect(shownItem(item, text)).toEqual({ ...item, title: 'Teekanne', attributes: { color: 'rot', size: 3 } });
  expect(itemTextOf(item, item)).toEqual({});
});

it('never takes an id for a title', () => {
  expect(itemTextOf(item, { ...item, title: 'a' }, 'id')).toEqual({});
  expect(itemTextOf(item, { ...item, title: 'Für Tee' }, 'description')).toEqual({ title: 'Für Tee' });
});
