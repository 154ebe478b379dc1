'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { SidestreamRecsProps } from 'sidestream/jsx';
import { Recommendations as List } from 'sidestream/react';
import { BASE } from './base';
import { putIntoCart } from './cart-store';
import { BUNDLE, recommender, report } from './recommender';

/** A list. The router follows the links of its cards, which keeps the page, and its profile without consent. */
export function Recommendations(attributes: SidestreamRecsProps) {
  const { push } = useRouter();
  const [source, setSource] = useState<Pick<SidestreamRecsProps, 'recommender' | 'bundle'>>({});
  useEffect(() => {
    recommender().then(
      (ready) => setSource({ recommender: ready }),
      // The list then starts by itself, and has a button to try again.
      () => setSource({ bundle: BUNDLE }),
    );
  }, []);
  return (
    <List
      {...source}
      href-template={`${BASE}/product/{id}`}
      currency="EUR"
      // The router adds the base itself.
      navigate={(href) => push(href.slice(BASE.length) as Route)}
      onaddtocart={({ detail }) => {
        for (const { item, quantity } of detail.items) putIntoCart(item.id, quantity);
      }}
      onerror={(event) => {
        event.preventDefault();
        report(event.detail.error);
      }}
      {...attributes}
    />
  );
}
