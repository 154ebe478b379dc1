import * as Comlink from 'comlink';
import { carryErrors } from '../src/device/protocol';
import { recommenderHost } from '../src/device/worker/engine';

carryErrors();

/** A worker for tests of the page's side in Node: the real worker side, in the same thread behind a real message channel. */
export class ThreadWorker extends EventTarget {
  static all: ThreadWorker[] = [];
  readonly #page: MessagePort;
  readonly #host: MessagePort;
  ended = false;
  constructor() {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#page = port1;
    this.#host = port2;
    port1.addEventListener('message', (event) => {
      if (!this.ended) this.dispatchEvent(new MessageEvent('message', { data: event.data, ports: [...event.ports] }));
    });
    port1.start();
    Comlink.expose(
      recommenderHost(),
      // Comlink closes a port whose other side was garbage collected; a worker's scope stays open.
      {
        postMessage: (message, transfer = []) => port2.postMessage(message, transfer),
        addEventListener: port2.addEventListener.bind(port2),
        removeEventListener: port2.removeEventListener.bind(port2),
        start: () => port2.start(),
      },
    );
    ThreadWorker.all.push(this);
  }
  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#page.postMessage(message, transfer);
  }
  terminate(): void {
    this.ended = true;
    this.#page.close();
    this.#host.close();
  }
  /** Crashes as by an uncaught error, after which the browser ends the worker. */
  crash(): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message: 'crashed by the test' }));
  }
}
