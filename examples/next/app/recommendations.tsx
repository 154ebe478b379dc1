'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import 'sidestream';
import type { SidestreamRecsProps } from 'sidestream/jsx';
import { BASE } from './base';
import { putIntoCart } from './cart-store';
import { BUNDLE, recommender, report } from './recommender';

/** A list. The router follows the links of its cards, which keeps the page, and its profile without consent. */
export function Recommendations(attributes: SidestreamRecsProps) {
  const list = useRef<HTMLElementTagNameMap['sidestream-recs']>(null);
  const { push } = useRouter();
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // The router adds the base itself.
    element.navigate = (href) => push(href.slice(BASE.length) as Route);
    const leaving = new AbortController();
    const { signal } = leaving;
    element.addEventListener(
      'addtocart',
      ({ detail }) => {
        for (const { item, quantity } of detail.items) putIntoCart(item.id, quantity);
      },
      { signal },
    );
    element.addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        report(event.detail.error);
      },
      { signal },
    );
    recommender().then(
      (ready) => {
        element.recommender = ready;
      },
      () => {
        // The list then starts by itself, and has a button to try again.
        element.bundle = BUNDLE;
      },
    );
    return () => leaving.abort();
  }, [push]);
  return (
    <sidestream-recs
      ref={list}
      href-template={`${BASE}/product/{id}`}
      currency="EUR"
      suppressHydrationWarning
      {...attributes}
    />
  );
}
