import { describe, expect, it } from 'vitest';
import { formatPrice } from './price';

describe('formatPrice', () => {
  it('follows the language and the currency', () => {
    expect(formatPrice(1299, 'EUR', 'de').replace(/\s/g, ' ')).toBe('1.299,00 €');
    expect(formatPrice(1299, 'usd', 'en-US')).toBe('$1,299.00');
    expect(formatPrice(500, 'JPY', 'en')).toBe('¥500');
  });

  it('shows a plain number without a usable currency', () => {
    expect(formatPrice(3.5, '', 'en')).toBe('3.50');
    expect(formatPrice(3.5, 'euros', 'en')).toBe('3.50');
  });

  it('accepts languages that Intl does not', () => {
    expect(formatPrice(3.5, 'EUR', 'en_US')).toBe('€3.50');
    expect(() => formatPrice(3.5, 'EUR', '!!')).not.toThrow();
  });
});
