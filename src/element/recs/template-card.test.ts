import { describe, expect, it } from 'vitest';
import { recommendation } from '../../testing/fake-recommender';
import { cardFields } from './template-card';
import { fill } from './template-fill';

describe('fill', () => {
  const fields = cardFields(recommendation('a'), 2, '/a', '€1', '');

  it('replaces the fields it knows and leaves the rest alone', () => {
    expect(fill('{position}. {title} {price} {unknown} {toString}', fields)).toBe('2. Title a €1 {unknown} {toString}');
  });

  it('does not fill in what a field brought along', () => {
    expect(fill('{title}', { ...fields, title: '{price}' })).toBe('{price}');
  });
});
