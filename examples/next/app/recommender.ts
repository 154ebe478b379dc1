'use client';

import { createRecommender, type Recommender } from 'sidestream';

const BUNDLE = '/bundle/';
/** A yes is remembered with what was learned. A no leaves nothing on the device, so the shop remembers it here. */
const REFUSED = 'recommendations';

let started: Promise<Recommender> | undefined;

/** The page's one recommender. It lives as long as the document; React may mount what uses it as often as it likes. */
export function recommender(): Promise<Recommender> {
  const refused = localStorage.getItem(REFUSED) === 'denied';
  started ??= createRecommender({ bundle: BUNDLE, ...(refused ? { consent: 'denied' } : {}) });
  return started;
}

/** Takes an answer back: deletes everything, and asks again. */
export async function forget(): Promise<void> {
  localStorage.removeItem(REFUSED);
  await (await recommender()).forget();
}

export async function answer(consent: 'granted' | 'denied'): Promise<void> {
  if (consent === 'denied') localStorage.setItem(REFUSED, 'denied');
  else localStorage.removeItem(REFUSED);
  await (await recommender()).consent(consent);
}
