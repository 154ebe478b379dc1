import { createElement, Fragment, type ReactElement } from 'react';
import { ElementLoader } from './client';
import { type ElementProps, isProperty } from './props';

/**
 * `<sidestream-recs>` as a server component: only the element's own code runs in the browser. The children, such as links to
 * products, are the first list, also for search engines and shoppers without JavaScript.
 */
export function ServerRecommendations(props: ElementProps): ReactElement {
  // Attributes hold objects, such as a filter, as JSON.
  const attributes = Object.entries(props).map(([name, value]) => [
    name,
    isProperty(name, value) ? JSON.stringify(value) : value,
  ]);
  const list = createElement('sidestream-recs', { suppressHydrationWarning: true, ...Object.fromEntries(attributes) });
  return createElement(Fragment, null, createElement(ElementLoader), list);
}
