/** Runs in the checked browser: performs the actions of a shopper and a shop, and reports to the server that sent it. */
import type * as Sidestream from '../../src';
import type { CheckResult } from './check-result';

const { createRecommender } = (await import(`${location.origin}/sidestream/sidestream.js`)) as typeof Sidestream;

const result: CheckResult = {
  userAgent: navigator.userAgent,
  webgpu: false,
  firstList: 0,
  refreshed: 0,
  source: '',
  encoders: null,
  added: 0,
  kept: false,
  keptEncrypted: false,
  moved: false,
  left: null,
  failure: null,
};

let step = '';

/** Shows the present step on the page and in the report. */
function begin(name: string): void {
  step = name;
  const line = document.querySelector('#step');
  if (line) line.textContent = name;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function firstCard(): Promise<void> {
  begin('Waiting for the first list');
  const list = document.querySelector('sidestream-recs');
  while (!list?.shadowRoot?.querySelector('[data-id]')) await new Promise((resolve) => setTimeout(resolve, 10));
  result.firstList = performance.now();
}

async function learn(): Promise<void> {
  begin('Learning from choices');
  const recommender = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-learn' });
  const { items } = await recommender.browse({ limit: 40 });
  const times: number[] = [];
  for (const n of [1, 5, 9, 13, 17, 21, 25, 29]) {
    const start = performance.now();
    await recommender.track('click', items[n].id);
    const list = await recommender.recommend({ placement: 'for-you' });
    result.source = list.items[0].source;
    times.push(performance.now() - start);
  }
  result.refreshed = median(times);
  await recommender.settled();
  await recommender.close();
}

/** @returns whether a new recommender still knew the choices after the first was closed */
async function keeps(namespace: string, encrypt: boolean): Promise<boolean> {
  begin(encrypt ? 'Keeping an encrypted profile' : 'Keeping a profile');
  const before = await createRecommender({ bundle: '/bundle/', namespace, encrypt });
  await before.consent('granted');
  const { items } = await before.browse({ limit: 5 });
  for (const { id } of items) await before.track('click', id);
  await before.settled();
  const { events } = await before.status();
  await before.close();
  const after = await createRecommender({ bundle: '/bundle/', namespace, encrypt });
  const status = await after.status();
  await after.close();
  return events >= 5 && status.events === events && status.consent === 'granted';
}

async function moves(): Promise<boolean> {
  begin('Moving a profile');
  const from = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-keep' });
  const file = await from.exportProfile('a passphrase');
  const { events } = await from.status();
  await from.close();
  const to = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-move' });
  await to.importProfile(file, 'a passphrase');
  const moved = (await to.status()).events === events;
  await to.close();
  return moved;
}

async function add(): Promise<void> {
  begin('Adding a product');
  const recommender = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-add' });
  const start = performance.now();
  await recommender.addItem({ title: 'Green kite', description: 'A light kite for windy days' });
  result.added = performance.now() - start;
  result.encoders = (await recommender.status()).backend.encoders;
  await recommender.close();
}

async function forget(): Promise<void> {
  begin('Forgetting');
  const names = ['keep', 'encrypted', 'move', 'learn', 'add'].map((name) => `browser-check-${name}`);
  for (const namespace of [...names, 'browser-check']) {
    const recommender = await createRecommender({ bundle: '/bundle/', namespace });
    await recommender.forget();
    await recommender.close();
  }
  if (typeof indexedDB.databases !== 'function') return;
  const databases = await indexedDB.databases();
  result.left = databases.filter(({ name }) => name?.includes('browser-check')).length;
}

try {
  await firstCard();
  begin('Asking for WebGPU');
  result.webgpu = Boolean(await navigator.gpu?.requestAdapter().catch(() => null));
  await learn();
  result.kept = await keeps('browser-check-keep', false);
  result.keptEncrypted = await keeps('browser-check-encrypted', true);
  result.moved = await moves();
  await add();
  await forget();
} catch (thrown) {
  const { code = '', message = String(thrown) } = thrown as { code?: string; message?: string };
  result.failure = `${step}: ${code} ${message}`;
}
await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
begin(result.failure ?? 'Done: this browser does all of it.');
