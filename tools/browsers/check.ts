/** Runs in the checked browser: performs the actions of a shopper and a shop, and reports to the server that sent it. */
import type * as Sidestream from '../../src';
import type { Encryption } from '../../src';
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
  studio: null,
  zip: null,
  failure: null,
};

let step = '';

/** Shows the present step on the page and in the report. */
function begin(name: string): void {
  step = name;
  const line = document.querySelector('#step');
  if (line) line.textContent = name;
  void fetch('/result', { method: 'POST', body: JSON.stringify({ step }) });
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
  const { items } = await recommender.catalog.browse({ limit: 40 });
  const times: number[] = [];
  for (const n of [1, 5, 9, 13, 17, 21, 25, 29]) {
    const start = performance.now();
    await recommender.track('click', items[n].id);
    const list = await recommender.recommend({ placement: 'for-you' });
    result.source = list.items[0].source;
    times.push(performance.now() - start);
  }
  result.refreshed = median(times);
  await recommender.status.settled();
  await recommender.close();
}

/** @returns whether a new recommender still knew the choices after the first was closed */
async function keeps(namespace: string, encrypt: Encryption): Promise<boolean> {
  begin(encrypt ? 'Keeping an encrypted profile' : 'Keeping a profile');
  const before = await createRecommender({ bundle: '/bundle/', namespace, encrypt });
  await before.profile.consent('granted');
  const { items } = await before.catalog.browse({ limit: 5 });
  for (const { id } of items) await before.track('click', id);
  await before.status.settled();
  const { events } = await before.status.get();
  await before.close();
  const after = await createRecommender({ bundle: '/bundle/', namespace, encrypt });
  const status = await after.status.get();
  await after.close();
  return events >= 5 && status.events === events && status.consent === 'granted';
}

async function moves(): Promise<boolean> {
  begin('Moving a profile');
  const from = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-keep' });
  const file = await from.profile.export('a passphrase');
  const { events } = await from.status.get();
  await from.close();
  const to = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-move' });
  await to.profile.import(file, 'a passphrase');
  const moved = (await to.status.get()).events === events;
  await to.close();
  return moved;
}

async function add(): Promise<void> {
  begin('Adding a product');
  const recommender = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-add' });
  const start = performance.now();
  await recommender.catalog.insert({ title: 'Green kite', description: 'A light kite for windy days' });
  result.added = performance.now() - start;
  result.encoders = (await recommender.status.get()).backend.encoders;
  await recommender.close();
}

async function forget(): Promise<void> {
  begin('Forgetting');
  const names = ['keep', 'encrypted', 'move', 'learn', 'add'].map((name) => `browser-check-${name}`);
  for (const namespace of [...names, 'browser-check']) {
    const recommender = await createRecommender({ bundle: '/bundle/', namespace });
    await recommender.profile.forget();
    await recommender.close();
  }
  if (typeof indexedDB.databases !== 'function') return;
  const databases = await indexedDB.databases();
  result.left = databases.filter(({ name }) => name?.includes('browser-check')).length;
}

/** Number of products of the shop that Studio makes. */
const PRODUCTS = 12;
/** Milliseconds between two looks at Studio's page. */
const LOOK_EVERY = 100;

/** Makes a shop in Studio, in a frame of this page: drops a catalogue, encodes it, writes the bundle, and takes the zip. */
async function makeShop(): Promise<void> {
  begin('Opening Studio');
  const frame = Object.assign(document.createElement('iframe'), { src: '/studio.html', width: '800', height: '600' });
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener('load', resolve));
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  const page = frame.contentDocument;
  if (!view || !page) throw new Error('the frame has no page');
  // Taken here rather than saved, because browsers without a window ask where to.
  const blobs: Blob[] = [];
  const create = view.URL.createObjectURL;
  view.URL.createObjectURL = (object: Blob) => {
    blobs.push(object);
    return create.call(view.URL, object);
  };
  const anchors = view.HTMLAnchorElement.prototype;
  const click = anchors.click;
  anchors.click = function () {
    if (!this.download) click.call(this);
  };

  const waitFor = async <T>(find: () => T | null | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found) return found;
      const alert = page.querySelector('[role=alert]')?.textContent?.trim();
      if (alert) throw new Error(alert);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  };
  const named = (selector: string, name: string): HTMLElement | undefined =>
    [...page.querySelectorAll<HTMLElement>(selector)].find((one) => one.textContent?.trim().startsWith(name));
  const openStep = async (name: string): Promise<void> =>
    (
      await waitFor(() => [...page.querySelectorAll<HTMLElement>('nav a')].find((a) => a.textContent?.includes(name)))
    ).click();

  const opened = await waitFor(() =>
    page.querySelector<HTMLElement>('.studio-alone, [aria-label="Product export"] input[type=file]'),
  );
  // Studio says that it cannot run here: WebKitGTK has no private file system, which Safari has.
  if (!(opened instanceof view.HTMLInputElement)) return frame.remove();
  const input = opened;
  begin('Reading a catalogue in Studio');
  const dropped = new DataTransfer();
  dropped.items.add(await products());
  input.files = dropped.files;
  input.dispatchEvent(new Event('change'));
  await waitFor(() => page.querySelector('#first-products'));
  begin('Encoding in Studio');
  const start = performance.now();
  await openStep('Encode');
  (await waitFor(() => named('button', 'Encode '))).click();
  await waitFor(() => named('.result', 'The bundle is made'));
  result.studio = performance.now() - start;
  begin('Taking the zip from Studio');
  await openStep('Take away');
  (await waitFor(() => page.querySelector<HTMLElement>('[data-testid=take-zip]:not([disabled])'))).click();
  result.zip = (await waitFor(() => blobs.find(({ size }) => size > MIN_ZIP))).size;
  frame.remove();
}

/** Size above which a blob is the archive: it has the encoders. */
const MIN_ZIP = 1e6;

/** A small catalogue of the demo's products, without their pictures. */
async function products(): Promise<File> {
  const recommender = await createRecommender({ bundle: '/bundle/', namespace: 'browser-check-add' });
  const { items } = await recommender.catalog.browse({ limit: PRODUCTS });
  await recommender.close();
  const lines = items.map(({ id, title, category, price }) => JSON.stringify({ id, title, category, price }));
  return new File([lines.join('\n')], 'products.jsonl', { type: 'application/json' });
}

try {
  await firstCard();
  begin('Asking for WebGPU');
  result.webgpu = Boolean(await navigator.gpu?.requestAdapter().catch(() => null));
  await learn();
  result.kept = await keeps('browser-check-keep', false);
  result.keptEncrypted = await keeps('browser-check-encrypted', { key: new Uint8Array(32).fill(7) });
  result.moved = await moves();
  await add();
  await makeShop();
  await forget();
} catch (thrown) {
  const { code = '', message = String(thrown) } = thrown as { code?: string; message?: string };
  result.failure = `${step}: ${code} ${message}`;
}
await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
begin(result.failure ?? 'Done: this browser does all of it.');
