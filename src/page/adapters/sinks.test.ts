import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Counts, MetricLine, OperatingFigures, VisitorReport } from '../../device/protocol';
import { beaconSink, callbackSink, ga4Sink } from './sinks';

const counts: Counts[] = [
  {
    variant: 't/on',
    placement: 'similar',
    impressions: 9,
    clicks: 2,
    carts: 1,
    purchases: 1,
    revenue: { EUR: 30, USD: 5 },
  },
];
const none = { visitors: 0, sum: 0, squares: 0 };
const visitor: VisitorReport = {
  key: 'k'.repeat(22),
  variant: 't/on',
  visitors: 1,
  impressions: none,
  clicks: none,
  carts: none,
  purchases: none,
  products: { clicksImpressions: 0, purchasesClicks: 0 },
  revenue: {},
};
const operations: OperatingFigures[] = [
  { variant: 't/on', pages: 1, firstList: { 300: 1 }, encoders: { webgpu: 0, wasm: 0 }, errors: {}, bytes: 9 },
];
afterEach(() => void vi.unstubAllGlobals());

describe('beaconSink', () => {
  const sent = { day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), counts, visitors: [visitor], operations };

  it('sends a line that outlives the page, and fails unless the server confirms it', async () => {
    const fetch = vi.fn(async (_: string, _options: RequestInit) => ({ ok: true, status: 204 }));
    const sendBeacon = vi.fn(() => true);
    vi.stubGlobal('navigator', { sendBeacon });
    vi.stubGlobal('fetch', fetch);
    const sink = beaconSink('https://shop.example/metrics');
    await sink(counts, [visitor], operations);
    const [[address, { body, ...options }]] = fetch.mock.calls;
    expect([address, JSON.parse(String(body))]).toEqual(['https://shop.example/metrics', sent]);
    expect(options).toEqual({ method: 'POST', keepalive: true });
    fetch.mockResolvedValueOnce({ ok: false, status: 503 });
    await expect(sink(counts, [], [])).rejects.toThrow('503');
    fetch.mockRejectedValueOnce(new TypeError('no network'));
    await expect(sink(counts, [], [])).rejects.toThrow('no network');
    expect(sendBeacon).not.toHaveBeenCalled();
    // Larger than the browser's limit for requests that outlive their page: it is sent while the page lives.
    await sink(Array(1000).fill(counts[0]), [], []);
    expect(fetch.mock.lastCall?.[1]).toMatchObject({ keepalive: false });
  });

  it('sends a beacon if a browser ends requests with the page, and only while the page is left', async () => {
    const fetch = vi.fn(async () => ({ ok: true, status: 204 }));
    const sendBeacon = vi.fn((_address: string, _body: string) => true);
    vi.stubGlobal('Request', class {});
    vi.stubGlobal('navigator', { sendBeacon });
    vi.stubGlobal('fetch', fetch);
    const page = { baseURI: 'https://shop.example/a/', visibilityState: 'visible' };
    vi.stubGlobal('document', page);
    await beaconSink('/metrics')(counts, [visitor], operations);
    expect([fetch.mock.calls.length, sendBeacon.mock.calls.length]).toEqual([1, 0]);
    page.visibilityState = 'hidden';
    await beaconSink('/metrics')(counts, [visitor], operations);
    const [[address, body]] = sendBeacon.mock.calls;
    expect([address, JSON.parse(body)]).toEqual(['https://shop.example/metrics', sent]);
    sendBeacon.mockReturnValue(false);
    await beaconSink('/metrics')(counts, [visitor], operations);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('fails if its address is invalid', async () => {
    await expect(beaconSink('https://')(counts, [], [])).rejects.toThrow('Invalid URL');
  });
});

describe('ga4Sink', () => {
  const events = [
    ['experience_impression', { exp_variant_string: 'sidestream-t-on' }],
    ['sidestream_counts', { variant: 't/on', placement: 'similar', impressions: 9, clicks: 2, carts: 1, purchases: 1 }],
    ['sidestream_revenue', { variant: 't/on', placement: 'similar', value: 30, currency: 'EUR' }],
    ['sidestream_revenue', { variant: 't/on', placement: 'similar', value: 5, currency: 'USD' }],
  ] as const;

  it('turns counts into events, with one for a new visitor, for gtag() and for a data layer', async () => {
    const gtag = vi.fn();
    await ga4Sink(gtag)(counts, [visitor], operations);
    expect(gtag.mock.calls).toEqual(events.map(([name, parameters]) => ['event', name, parameters]));
    const dataLayer: object[] = [];
    await ga4Sink(dataLayer)(counts, [visitor], operations);
    expect(dataLayer).toEqual(events.map(([event, parameters]) => ({ event, ...parameters })));
    await ga4Sink(dataLayer)([], [{ ...visitor, visitors: 0 }], []);
    expect(dataLayer).toHaveLength(events.length);
  });

  it('finds the targets of the page, and reports a page without one', async () => {
    const sink = ga4Sink();
    expect(() => sink(counts, [], [])).toThrow('GA4 is not on this page');
    const dataLayer: object[] = [];
    vi.stubGlobal('dataLayer', dataLayer);
    await sink(counts, [], []);
    expect(dataLayer).toHaveLength(3);
    const gtag = vi.fn();
    vi.stubGlobal('gtag', gtag);
    await sink(counts, [], []);
    expect(gtag).toHaveBeenCalledTimes(3);
  });
});

describe('callbackSink', () => {
  it('passes on a line, and reports failures', async () => {
    const lines: MetricLine[] = [];
    await callbackSink((line) => lines.push(line))(counts, [visitor], operations);
    expect(lines).toMatchObject([{ counts, visitors: [visitor], operations }]);
    const failing = callbackSink(() => Promise.reject(new Error('full')));
    await expect(failing(counts, [], [])).rejects.toThrow('full');
  });
});
