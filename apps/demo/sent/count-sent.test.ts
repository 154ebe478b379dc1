import { expect, it } from 'vitest';
import { bytesOfAddress, bytesText } from './count-sent';

it('counts what addresses send: all of one on another host, and what a script asks its own host for', () => {
  const bytes = (address: string, initiator: string) => bytesOfAddress(address, initiator, 'https://shop.example');
  expect(bytes('https://shop.example/bundle/manifest.json', 'fetch')).toBe(0);
  expect(bytes('https://shop.example/log?item=7', 'img')).toBe('?item=7'.length);
  expect(bytes('https://shop.example/assets/index.js?v=1', 'script')).toBe(0);
  expect(bytes('https://other.example/pixel.gif', 'img')).toBe(31);
  expect(bytes('https://other.example/a.css', 'link')).toBe(27);
  expect(bytes('blob:https://shop.example/1-2', 'img')).toBe(0);
  expect(bytes('data:image/png;base64,AAAA', 'img')).toBe(0);
});

it('names bytes', () => {
  expect(bytesText(0)).toBe('0 B');
  expect(bytesText(999)).toBe('999 B');
  expect(bytesText(1234)).toBe('1.2 kB');
});
