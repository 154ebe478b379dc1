import { describe, expect, it } from 'vitest';

describe('the module of the elements', () => {
  it('can be imported without a browser, so that a server can render pages that use them', async () => {
    const { SidestreamRecs } = await import('./index');
    const { SidestreamInspector } = await import('./inspector/sidestream-inspector');
    expect(customElements.get('sidestream-recs')).toBe(SidestreamRecs);
    expect(customElements.get('sidestream-inspector')).toBe(SidestreamInspector);
  });

  it('does not replace an element that the page already has', async () => {
    const { define } = await import('./dom');
    const { SidestreamRecs } = await import('./index');
    define('sidestream-recs', class extends SidestreamRecs {});
    expect(customElements.get('sidestream-recs')).toBe(SidestreamRecs);
  });
});
