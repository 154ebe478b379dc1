'use client';

import 'sidestream/encoder-files';
import * as sidestream from 'sidestream';
import { useRecommendations } from 'sidestream/react';

globalThis.sidestream = sidestream;

/** A list of the page's own, refreshed together with the element's. */
export function List() {
  const { list } = useRecommendations({ bundle: '/bundle/', limit: 3 });
  return (
    <ol id="own">
      {list?.items.map(({ item, reason }) => (
        <li key={item.id}>
          {item.title}: {reason}
        </li>
      ))}
    </ol>
  );
}
