'use client';

import { useEffect, useState } from 'react';
import { sharedRecommender } from 'sidestream/element';

/** A list of the page's own, refreshed together with the element's. */
export function List() {
  const [items, setItems] = useState([]);
  useEffect(() => {
    let end = () => {};
    let here = true;
    void sharedRecommender({ bundle: '/bundle/' }).then((recommender) => {
      const refresh = () => recommender.recommend({ limit: 3 }).then((list) => here && setItems(list.items));
      end = recommender.on('change', refresh);
      refresh();
    });
    return () => {
      here = false;
      end();
    };
  }, []);
  return (
    <ol id="own">
      {items.map(({ item, reason }) => (
        <li key={item.id}>
          {item.title}: {reason}
        </li>
      ))}
    </ol>
  );
}
