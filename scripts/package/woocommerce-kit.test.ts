import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { PLACEMENTS } from '../../src/device/ranking';
import { TOOLS } from '../../src/page/adapters/consent/tool';

const KIT = 'examples/woocommerce/sidestream';
const paths = (await readdir(KIT, { recursive: true })).filter((path) => path.includes('.'));
const files = new Map(
  await Promise.all(paths.map(async (path) => [path, await readFile(join(KIT, path), 'utf8')] as const)),
);
const php = [...files].filter(([path]) => path.endsWith('.php'));
/** The keys of the array that begins with a text. */
const keysIn = (path: string, beginning: string): string[] => {
  const [, rest = ''] = files.get(path)?.split(beginning) ?? [];
  const [list] = rest.split(/\n\t+\)/);
  return [...list.matchAll(/'([\w-]+)'\s+=> __/g)].map(([, key]) => key);
};

// `npm run frameworks -- woocommerce` uses the plugin in WordPress, where Debian's packages are installed.
it('the WooCommerce plugin offers only placements and consent tools that the element has', () => {
  expect(keysIn('sidestream.php', 'function sidestream_placements')).toEqual(
    expect.arrayContaining(['cart', ...PLACEMENTS]),
  );
  const tools = keysIn('includes/settings.php', "'consent' => array(");
  expect(tools).toEqual(expect.arrayContaining(['none', 'auto']));
  for (const tool of tools) expect(['none', 'auto', ...TOOLS]).toContain(tool);
});

it('its block is JSON whose attributes the server and the editor read', () => {
  const { attributes, name } = JSON.parse(files.get('block.json') ?? '');
  expect(files.get('block.js')).toContain(`registerBlockType('${name}'`);
  for (const attribute of Object.keys(attributes)) {
    expect(files.get('sidestream.php')).toContain(`$attributes['${attribute}']`);
    expect(files.get('block.js')).toContain(`set('${attribute}')`);
  }
});

it('its files run only in WordPress, can be translated, and stay small', () => {
  expect(php.length).toBe(4);
  for (const [path, text] of php) {
    expect([path, /^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$/m.test(text)]).toEqual([path, true]);
    const texts = text.match(/__\( '.*?' \)/g) ?? [];
    expect([path, texts.filter((one) => !one.endsWith("', 'sidestream' )"))]).toEqual([path, []]);
  }
  expect([...files.values()].join('').length).toBeLessThan(40_000);
});

it('its script follows the cart, whatever the addresses of other files', () => {
  const [code] = /const CHANGES[\s\S]*?\.observe\([^;]*;/.exec(files.get('connect.js') ?? '') ?? [''];
  let told: (entries: object) => void = () => undefined;
  class PerformanceObserver {
    observe = () => undefined;
    constructor(callback: typeof told) {
      told = callback;
    }
  }
  let followed = 0;
  runInNewContext(code, { PerformanceObserver, inTurn: () => followed++ });
  const seen = (name: string): number => {
    told({ getEntries: () => [{ name }] });
    return followed;
  };
  expect(seen('https://shop.example/caf%E9.svg')).toBe(0);
  expect(seen('https://shop.example/?rest_route=%2Fwc%2Fstore%2Fv1%2Fcart%2Fadd-item')).toBe(1);
  expect(seen('https://shop.example/?wc-ajax=add_to_cart')).toBe(2);
});
