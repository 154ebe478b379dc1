import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import * as react from './react';
import * as vue from './vue';

const link = '<a href="/a">A</a>';
const attributes = { bundle: '/bundle/', 'item-id': 'a', dismissible: true };

describe('on a server, without a window,', () => {
  const child = createElement('a', { href: '/a' }, 'A');

  it('React renders the attributes and children of the client component, and no property', () => {
    const properties = { exclude: ['b'], navigate: () => undefined, onitemclick: () => undefined };
    const html = renderToString(createElement(react.Recommendations, { ...attributes, ...properties }, child));
    expect(html).toBe(`<sidestream-recs bundle="/bundle/" item-id="a" dismissible="">${link}</sidestream-recs>`);
  });

  it('React renders the attributes and children of the server component, with objects as JSON', () => {
    const props = { ...attributes, filter: { category: 'Men' }, className: 'wide' };
    expect(renderToString(createElement(react.ServerRecommendations, props, child))).toBe(
      `<sidestream-recs bundle="/bundle/" item-id="a" dismissible="" filter="{&quot;category&quot;:&quot;Men&quot;}" class="wide">${link}</sidestream-recs>`,
    );
  });

  it('Vue renders the attributes and the slot, each attribute once', async () => {
    const list = h(vue.Recommendations, { ...attributes, class: 'wide', onItemclick: () => undefined }, () =>
      h('a', { href: '/a' }, 'A'),
    );
    const html = await renderVue(createSSRApp({ render: () => list }));
    expect(html).toContain(`item-id="a"`);
    expect(html).toMatch(/^<sidestream-recs [^>]*class="wide"[^>]*>.*<a href="\/a">A<\/a>.*<\/sidestream-recs>$/);
  });

  it('lists of hook and composable are null', async () => {
    function Titles() {
      return createElement('b', null, String(react.useRecommendations({ bundle: '/bundle/' }).list));
    }
    expect(renderToString(createElement(Titles))).toBe('<b>null</b>');
    const app = createSSRApp({
      setup() {
        const { list } = vue.useRecommendations({ bundle: '/bundle/' });
        return () => h('b', String(list.value));
      },
    });
    expect(await renderVue(app)).toBe('<b>null</b>');
  });
});
