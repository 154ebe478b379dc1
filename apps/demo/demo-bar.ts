import { html, type TemplateResult } from 'lit';

/** The bar above every page of the demo and of Studio: the product behind them, and the ways to it. */
export const demoBar = (): TemplateResult => html`
  <aside class="demo-bar" aria-label="About this demo">
    <p class="page">
      <a href="./">Tidepool</a> is a demo of <b>Sidestream</b>: recommendations without a server.
      <a href="studio.html">Add it to your shop</a>
    </p>
  </aside>`;
