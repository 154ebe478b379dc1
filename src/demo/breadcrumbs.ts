import { html, type TemplateResult } from 'lit';
import { routeHref } from './route';

/** The way down to where the shopper is, starting at the shop. */
export function breadcrumbs(steps: { path: string; name: string }[]): TemplateResult {
  return html`
    <nav class="crumbs" aria-label="Breadcrumbs">
      <ol>
        <li><a href="#/">Shop</a></li>
        ${steps.map(({ path, name }) => html`<li><a href=${routeHref({ page: 'category', category: path })}>${name}</a></li>`)}
      </ol>
    </nav>`;
}
