import { expect, it } from 'vitest';
import { detectFormat } from './feed-format';

it.each([
  ['JSON Lines', '{"id":"a","title":"A"}\n{"id":"b"}', { name: 'jsonl' }],
  ['JSON Lines with a bad first row', '{"id": \n{"id":"b"}', { name: 'jsonl' }],
  ['CSV', 'id,title,price\na,"A, or B",1', { name: 'csv', separator: ',' }],
  ['CSV with semicolons', '"id";"a, b, c";title\n', { name: 'csv', separator: ';' }],
  ['TSV', 'id\ttitle\tdescription, long\n', { name: 'csv', separator: '\t' }],
  ['RSS', '<?xml version="1.0"?>\n<!-- x --><rss xmlns:g="http://base.google.com/ns/1.0">', { name: 'xml' }],
  ['Atom without a declaration', '<feed xmlns="http://www.w3.org/2005/Atom">', { name: 'xml' }],
  ['Shopify', ' {"products":[{"id":1', { name: 'json', list: false }],
  ['Shopify, laid out', '{\n  "products": [\n', { name: 'json', list: false }],
  ['Shopify pages one per line', '{"products":[]}\n{"products":[]}', { name: 'json', list: false }],
  ['Shopify pages in a list', '[{"products":[]}]', { name: 'json', list: true }],
  ['JSON-LD', '{"@context":"https://schema.org","@type":"Product"}', { name: 'json-ld' }],
  ['HTML', '<!doctype html><html>', { name: 'html' }],
  ['XHTML', '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">', { name: 'html' }],
  ['nothing', ' \n', { name: 'jsonl' }],
  ['prose', 'Hello there', null],
  ['a picture', '\u0089PNG\r\n\u001a\n\u0000,', null],
])('recognises %s by its beginning', (_, head, format) => {
  expect(detectFormat(head)).toEqual(format);
});
