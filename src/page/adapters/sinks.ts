import type { Counts, MetricHook, MetricLine, VisitorReport } from '../../device/protocol';

/** Where GA4 takes events: Google's `gtag()`, or the data layer of Google Tag Manager. */
export type Ga4Target = ((command: 'event', name: string, parameters: object) => void) | object[];

/** Most characters of a body that may outlive its page: browsers allow 64 KiB. */
const MOST_CHARACTERS = 60_000;

/**
 * A hook for `onMetric` that sends each report as one line of JSON (`MetricLine`) to an address of the shop's, by POST with the
 * type `text/plain`, in a `fetch` that outlives the page. The address answers with a status of 200 to 299 once it has kept the
 * line; another origin also with `Access-Control-Allow-Origin`. Cookies go to the shop's own origin only. Append the bodies
 * to a file, one a line, for `sidestream report`.
 * @param url relative to the page. What is not answered so becomes an `error` event of the recommender with the code
 *   `runtime/not-sent`, and the visitor's part of it is sent again with the next report, of this page or another. So is what was
 *   sent while a page was left, whose answer nobody saw: `sidestream report` counts each report once
 */
export function beaconSink(url: string | URL): MetricHook {
  return callbackSink(async (line) => {
    const address = new URL(url, globalThis.document?.baseURI).href;
    const body = JSON.stringify(line);
    // Firefox before 133 ends a fetch with its page. A beacon brings no answer, so it is only for a page that may end.
    const outlives = 'keepalive' in Request.prototype || globalThis.document?.visibilityState !== 'hidden';
    if (!outlives && navigator.sendBeacon?.(address, body)) return;
    const keepalive = body.length <= MOST_CHARACTERS;
    const { ok, status } = await fetch(address, { method: 'POST', body, keepalive });
    if (!ok) throw new Error(`${address} answered with status ${status}`);
  });
}

/**
 * A hook for `onMetric` that makes GA4 events: for each row of counts `sidestream_counts` with `variant`, `placement`,
 * `impressions`, `clicks`, `carts` and `purchases`; for its revenue, by currency, `sidestream_revenue` with `value` and `currency`;
 * and once for a visitor in an experiment `experience_impression`, which GA4 makes audiences of.
 * @param target default: `window.gtag` at the time of the report, or else the array `window.dataLayer`
 */
export function ga4Sink(target?: Ga4Target): MetricHook {
  return (counts, visitors) => {
    const to = target ?? pageTarget();
    const send = (name: string, parameters: object): unknown =>
      typeof to === 'function' ? to('event', name, parameters) : to.push({ event: name, ...parameters });
    for (const { variant, visitors: count } of visitors) {
      const experience = `sidestream-${variant.replace('/', '-')}`;
      if (count > 0) send('experience_impression', { exp_variant_string: experience });
    }
    for (const { revenue, ...row } of counts) {
      const { variant, placement } = row;
      send('sidestream_counts', row);
      for (const [currency, value] of Object.entries(revenue)) {
        send('sidestream_revenue', { variant, placement, value, currency });
      }
    }
  };
}

/**
 * A hook for `onMetric` that hands each report to a function as what `sidestream report` reads, one line of a log.
 * @param receive may return a promise. What it throws becomes an `error` event of the recommender with the code
 *   `runtime/not-sent`
 */
export const callbackSink =
  (receive: (line: MetricLine) => unknown): MetricHook =>
  (counts: Counts[], visitors: VisitorReport[]) =>
    receive({ day: new Date().toISOString().slice(0, 10), counts, visitors });

/** Both are globals of Google's snippets, which a page may load later. */
function pageTarget(): Ga4Target {
  const { gtag, dataLayer } = globalThis as { gtag?: unknown; dataLayer?: unknown };
  if (typeof gtag === 'function') return (...call) => gtag(...call);
  if (Array.isArray(dataLayer)) return dataLayer;
  throw new Error('GA4 is not on this page: there is neither gtag() nor dataLayer. Load it, or pass one to ga4Sink()');
}
