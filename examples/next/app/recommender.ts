'use client';

import { createRecommender, type Recommender } from 'sidestream';
import { notedConsent } from 'sidestream/consent';
import { BASE } from './base';

export const BUNDLE = `${BASE}/bundle/`;

let started: Promise<Recommender> | undefined;
const reported = new Set<string>();

/**
 * The page's one recommender. It lives as long as the document; React may mount its users as often as it likes. After a failed
 * start the next call tries again.
 */
export function recommender(): Promise<Recommender> {
  started ??= createRecommender({ bundle: BUNDLE, consent: notedConsent() }).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** Writes an error to the console, once: lists, the question and every event fail if the bundle cannot be reached. */
export function report(error: unknown): void {
  if (reported.has(String(error))) return;
  reported.add(String(error));
  console.warn(error);
}

/** Calls the recommender. It never rejects, so that the shop continues to work whatever happens. */
async function call(use: (ready: Recommender) => Promise<unknown>): Promise<void> {
  await recommender().then(use).catch(report);
}

export const track: (...event: Parameters<Recommender['track']>) => Promise<void> = (...event) =>
  call((ready) => ready.track(...event));
