'use client';

import { useEffect, useRef } from 'react';
import { askConsent } from 'sidestream/consent';
import { recommender, report } from './recommender';

/** Asks once whether the shopper wants to be remembered on this device. The header has the button that takes the answer back. */
export function Remember() {
  const question = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = question.current;
    if (!element) return;
    let end: (() => void) | undefined;
    const ask = () => {
      const starting = recommender();
      starting.catch(report);
      // A no, and "Privacy choices", also delete if the recommender cannot start.
      end = askConsent(starting, { question: element, choices: '#choices' });
    };
    ask();
    // After a failed start, the first filled list shows that another try is worthwhile.
    document.addEventListener('recommend', ask);
    return () => {
      document.removeEventListener('recommend', ask);
      end?.();
    };
  }, []);
  return (
    <aside ref={question} hidden>
      Remember what I like on this device? Nothing is sent anywhere.{' '}
      <button type="button" value="granted">
        Yes
      </button>{' '}
      <button type="button" value="denied">
        No
      </button>
    </aside>
  );
}
