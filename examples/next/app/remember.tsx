'use client';

import { useEffect, useState } from 'react';
import type { Recommender } from 'sidestream';
import { answer, recommender, report } from './recommender';

/** Asks once whether the shopper wants to be remembered on this device. */
export function Remember() {
  const [ready, setReady] = useState<Recommender>();
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    const start = () => void recommender().then(setReady, report);
    start();
    // After a failed start, the first list that is there says that another try is worthwhile.
    document.addEventListener('recommend', start);
    return () => document.removeEventListener('recommend', start);
  }, []);
  useEffect(() => {
    if (!ready) return;
    const show = ({ consent }: { consent: string }) => setAsks(consent === 'pending');
    ready.status().then(show, report);
    return ready.on('change', show);
  }, [ready]);
  if (!asks) return null;
  return (
    <aside>
      Remember what I like on this device? Nothing is sent anywhere.{' '}
      <button type="button" onClick={() => void answer('granted')}>
        Yes
      </button>{' '}
      <button type="button" onClick={() => void answer('denied')}>
        No
      </button>
    </aside>
  );
}
