import { Liquid, type TagToken, type TopLevelToken } from 'liquidjs';
import { expect, it } from 'vitest';
import { THEME } from './theme';

const engine = new Liquid({ templates: { 'sidestream-page': '[{{ bundle }} {{ scripts }}]' } });
engine.registerTag('schema', {
  parse(_tag: TagToken, remaining: TopLevelToken[]) {
    remaining.length = 0;
  },
  render: () => '',
});
engine.registerFilter('asset_url', (name: string) => `//shop.example/cdn/shop/t/3/assets/${name}?v=123`);

const section = (settings: Record<string, unknown>): Promise<string> =>
  engine.parseAndRender(THEME['sections/sidestream-recs.liquid'] ?? '', { section: { settings } });

it('reads the files of the theme itself if the settings have no address', async () => {
  const own = '//shop.example/cdn/shop/t/3/assets/';
  const html = await section({ placement: 'for-you', bundle: '', scripts: '' });
  for (const part of [`bundle="${own}"`, `src="${own}sidestream.js"`, `[${own} ${own}]`]) expect(html).toContain(part);
  const elsewhere = await section({
    placement: 'for-you',
    bundle: 'https://host.example/b/',
    scripts: 'https://host.example/s',
  });
  for (const part of ['bundle="https://host.example/b/"', 'src="https://host.example/s/sidestream.js"'])
    expect(elsewhere).toContain(part);
});
