'use client';

import { useEffect, useState } from 'react';
import { answer, recommender } from './recommender';

/** Asks once whether the shopper wants to be remembered on this device. */
export function Remember() {
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    let leave = () => {};
    let here = true;
    recommender().then(async (ready) => {
      const show = ({ consent }: { consent: string }) => here && setAsks(consent === 'pending');
      show(await ready.status());
      leave = ready.on('change', show);
      if (!here) leave();
    }, console.error);
    return () => {
      here = false;
      leave();
    };
  }, []);
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
