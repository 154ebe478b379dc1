'use client';

import * as sidestream from 'sidestream';
import 'sidestream/jsx';

globalThis.sidestream = sidestream;

export function Shop() {
  return (
    <sidestream-recs bundle="/bundle/" heading="For you" href-template="#{id}" suppressHydrationWarning>
      <a href="#p1">Red scarf</a>
    </sidestream-recs>
  );
}
