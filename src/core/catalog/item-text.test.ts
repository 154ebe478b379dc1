import { expect, it } from 'vitest';
import { itemText } from './item';

it('reads title and description, never the category', () => {
  const item = { title: 'Red Apple', description: 'Crisp.', category: 'Food/Fruit' };
  expect(itemText(item)).toBe('Red Apple. Crisp.');
  expect(itemText(item, 'title')).toBe('Red Apple');
  expect(itemText({ ...item, description: '' })).toBe('Red Apple');
  expect(itemText({ ...item, title: 'Hungry?' })).toBe('Hungry? Crisp.');
});
