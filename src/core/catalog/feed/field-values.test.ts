import { expect, it } from 'vitest';
import { parseAmount, parseAvailability } from './field-values';

it.each([
  ['12.99 EUR', 12.99],
  ['EUR 12,99', 12.99],
  ['€1.299,00', 1299],
  ['$1,299.00', 1299],
  ['1,299 USD', 1299],
  ['1 299,50 zł', 1299.5],
  ["CHF 1'299.-", 1299],
  ['1.299.000', 1299000],
  ['1.299', 1.299],
  ['ab 1.299,- €', 1299],
  ['12.50,-', 12.5],
  ['1,299.-', 1299],
  ['0', 0],
  ['-1', -1],
  ['three', null],
  ['10 - 20 EUR', null],
  ['', null],
])('reads %s', (text, number) => {
  expect(parseAmount(text)).toBe(number);
});

it('reads the decimal sign that the mapping names', () => {
  expect(parseAmount('1.299', ',')).toBe(1299);
  expect(parseAmount('1,299', ',')).toBe(1.299);
});

it('reads a long text of separators in linear time', () => {
  expect(parseAmount(`1${'.'.repeat(1_000_000)}1`)).toBe(11);
  expect(parseAmount(`1${','.repeat(1_000_000)}`)).toBe(1);
}, 20_000);

it('reads a number of pieces as availability', () => {
  expect([' 12 ', '0', '007'].map(parseAvailability)).toEqual(['in-stock', 'out-of-stock', 'in-stock']);
});
