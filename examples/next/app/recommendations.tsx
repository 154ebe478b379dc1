'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import 'sidestream';
import type { SidestreamRecsProps } from 'sidestream/jsx';
import { recommender } from './recommender';

/** A list. Its cards are followed by the router, so that the page, and what it learned without consent, goes on. */
export function Recommendations(attributes: SidestreamRecsProps) {
  const list = useRef<HTMLElementTagNameMap['sidestream-recs']>(null);
  const { push } = useRouter();
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    element.navigate = push;
    // Without it the list says itself what went wrong.
    recommender().then(
      (ready) => {
        element.recommender = ready;
      },
      () => {
        element.bundle = '/bundle/';
      },
    );
  }, [push]);
  return (
    <sidestream-recs ref={list} href-template="/product/{id}" currency="EUR" suppressHydrationWarning {...attributes} />
  );
}
