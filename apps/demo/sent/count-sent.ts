/** Message of a worker of the shop to the page. */
export interface SentMessage {
  type: 'shop-sent';
  bytes: number;
}

/** Explanation of the figure, for shoppers who ask. */
export const SENT_MEANS =
  'Counted in this page and its workers: the body of every request, what follows the question mark in its address, and every address on another host.';

/** Requests that scripts make of this host. Files of the page itself may have a version in their address. */
const BY_SCRIPT = /^(fetch|xmlhttprequest|beacon|img)$/;

/**
 * Counts what the scripts of this page or worker send from now on, as `SENT_MEANS` says. Requests for static files, which is all
 * that a recommender makes, count nothing.
 * @param add is called with the bytes of each request that sends any
 */
export function countSent(add: (bytes: number) => void): void {
  const count = (bytes: number): void => {
    if (bytes > 0) add(bytes);
  };
  const countBody = (body: BodyInit): void => {
    void new Response(body).arrayBuffer().then(({ byteLength }) => count(byteLength));
  };

  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    if (!(init?.body || input instanceof Request)) return fetch(input, init);
    const request = new Request(input, init);
    if (!/^(GET|HEAD)$/.test(request.method)) {
      const copy = request.clone();
      void copy.arrayBuffer().then(({ byteLength }) => count(byteLength));
    }
    return fetch(request);
  };

  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body?: XMLHttpRequestBodyInit | null) {
    if (body) countBody(body);
    send.call(this, body);
  };

  const socket = WebSocket.prototype;
  const { send: sendTo } = socket;
  socket.send = function (data) {
    countBody(data);
    sendTo.call(this, data);
  };

  // Workers have no beacons.
  if ('sendBeacon' in navigator) {
    const beacon = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (address, body) => {
      if (body) countBody(body);
      return beacon(address, body);
    };
  }

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      count(bytesOfAddress(entry.name, (entry as PerformanceResourceTiming).initiatorType));
  }).observe({ type: 'resource', buffered: true });
}

/** @param initiator what made the request, as Resource Timing names it */
export function bytesOfAddress(address: string, initiator: string, host = location.origin): number {
  const { protocol, origin, search } = new URL(address, host);
  if (!/^https?:$/.test(protocol)) return 0;
  if (origin !== host) return address.length;
  return BY_SCRIPT.test(initiator) ? search.length : 0;
}

/** Calls `add` with what the page's workers count; call it before the first of them starts. */
export function countSentByWorkers(add: (bytes: number) => void): void {
  globalThis.Worker = class extends Worker {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      this.addEventListener('message', ({ data }: MessageEvent<SentMessage | undefined>) => {
        if (data?.type === 'shop-sent') add(data.bytes);
      });
    }
  };
}

/** A number of bytes, as text. */
export const bytesText = (bytes: number): string => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);
