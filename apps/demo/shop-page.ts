import { html, type TemplateResult } from 'lit';
import type { Route } from './route';
import type { Session } from './session';
import './shop-basket';
import './shop-consent';
import './shop-list';
import './shop-product';

/** The page of a route; null for the home page and the inspector. */
export function shopPage(session: Session, { page, about }: Route): TemplateResult | null {
  switch (page) {
    case 'product':
      return html`<shop-product .session=${session} .productId=${about}></shop-product>`;
    case 'category':
      return html`<shop-list .session=${session} .category=${about} .query=${''}></shop-list>`;
    case 'search':
      return html`<shop-list .session=${session} .category=${''} .query=${about}></shop-list>`;
    case 'basket':
      return html`<shop-basket .session=${session}></shop-basket>`;
    case 'watch':
      session.load('watch', () => import('./watch/watch-learning'));
      return html`
        <watch-learning .session=${session} .pair=${Number(about) || undefined}></watch-learning>
        <shop-consent .session=${session}></shop-consent>`;
    case 'playground':
      session.load('playground', () => import('./playground/list-playground'));
      return html`
        <list-playground .session=${session}></list-playground>
        <shop-consent .session=${session}></shop-consent>`;
    default:
      return null;
  }
}
