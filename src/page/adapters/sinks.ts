import type { MetricHook, MetricLine } from '../../device/protocol';

/** Where GA4 takes events: Google's `gtag()`, or the data layer of Google Tag Manager. */
export type Ga4Target = ((command: 'event', name: string, parameters: object) => void) | object[];

/** Maximum length of a request body that may outlive its page: browsers allow 64 KiB. */
const MAX_KEEPALIVE_CHARACTERS = 60_000;

/**
 * A hook for `onMetric` that sends each report as one line of JSON (`MetricLine`) to an address of the shop, as a POST request of
 * type `text/plain` with a `fetch` that outlives the page. The address must answer with a status of 200 to 299 once it has stored
 * the line; on another origin, the answer also needs `Access-Control-Allow-Origin`. Cookies go to the shop's own origin only.
 * Append the bodies to a file, one per line, for `sidestream report`.
 * @param url relative to the page. A report without such an answer becomes an `error` event of the recommender with the code
 *   `runtime/not-sent`, and its visitor part is sent again with the next report of this page or another. The same holds for a
 *   report that was sent while the page was being left, whose answer no page saw: `sidestream report` counts each report once
 */
export function beaconSink(url: string | URL): MetricHook {
  return callbackSink(async (line) => {
    const address = new URL(url, globalThis.document?.baseURI).href;
    const body = JSON.stringify(line);
    // Firefox before 133 aborts a fetch when its page ends. A beacon returns no answer, so it is used only when the page may end.
    const outlives = 'keepalive' in Request.prototype || globalThis.document?.visibilityState !== 'hidden';
    if (!outlives && navigator.sendBeacon?.(address, body)) return;
    const keepalive = body.length <= MAX_KEEPALIVE_CHARACTERS;
    const { ok, status } = await fetch(address, { method: 'POST', body, keepalive });
    if (!ok) throw new Error(`${address} answered with status ${status}`);
  });
}

/**
 * A hook for `onMetric` that makes GA4 events: for each row of counts `sidestream_counts` with `variant`, `placement`,
 * `impressions`, `clicks`, `carts` and `purchases`; for its revenue, by currency, `sidestream_revenue` with `value` and
 * `currency`; and, once for each visitor in an experiment, `experience_impression`, from which GA4 builds audiences.
 * It sends no operating figures, which have no form in GA4.
 * @param target default: `window.gtag` at the time of the report, otherwise the array `window.dataLayer`
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
 * A hook for `onMetric` that passes each report to a function as one log line in the format that `sidestream report` reads.
 * @param receive may return a promise. An error that it throws becomes an `error` event of the recommender with the code
 *   `runtime/not-sent`
 */
export const callbackSink =
  (receive: (line: MetricLine) => unknown): MetricHook =>
  (counts, visitors, operations) =>
    receive({ day: new Date().toISOString().slice(0, 10), counts, visitors, operations });

/** Both are globals of Google's snippets, which a page may load later. */
function pageTarget(): Ga4Target {
  const { gtag, dataLayer } = globalThis as { gtag?: unknown; dataLayer?: unknown };
  if (typeof gtag === 'function') return (...call) => gtag(...call);
  if (Array.isArray(dataLayer)) return dataLayer;
  throw new Error('GA4 is not on this page: there is neither gtag() nor dataLayer. Load it, or pass one to ga4Sink()');
}
