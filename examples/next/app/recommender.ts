'use client';

import { createRecommender, type Recommender } from 'sidestream';
import { BASE } from './base';

export const BUNDLE = `${BASE}/bundle/`;
/** A yes is remembered with what was learned. A no leaves nothing on the device, so the shop remembers it here. */
const REFUSED = 'recommendations';

let started: Promise<Recommender> | undefined;
const reported = new Set<string>();

/**
 * The page's one recommender. It lives as long as the document; React may mount what uses it as often as it likes. After a failed
 * start the next call tries again.
 */
export function recommender(): Promise<Recommender> {
  const refused = localStorage.getItem(REFUSED) === 'denied';
  started ??= createRecommender({ bundle: BUNDLE, ...(refused ? { consent: 'denied' } : {}) }).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** Writes an error to the console, once: lists, the question and every event fail where the bundle cannot be reached. */
export function report(error: unknown): void {
  if (reported.has(String(error))) return;
  reported.add(String(error));
  console.warn(error);
}

/** Calls the recommender. It never rejects: whatever happens, the shop goes on. */
async function call(use: (ready: Recommender) => Promise<unknown>): Promise<void> {
  await recommender().then(use).catch(report);
}

export const track: (...event: Parameters<Recommender['track']>) => Promise<void> = (...event) =>
  call((ready) => ready.track(...event));

/** Takes an answer back: deletes everything, and asks again. */
export function forget(): Promise<void> {
  localStorage.removeItem(REFUSED);
  return call((ready) => ready.forget());
}

export function answer(consent: 'granted' | 'denied'): Promise<void> {
  if (consent === 'denied') localStorage.setItem(REFUSED, 'denied');
  else localStorage.removeItem(REFUSED);
  return call((ready) => ready.consent(consent));
}
