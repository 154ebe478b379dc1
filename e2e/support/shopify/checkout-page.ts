import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { readExample } from './theme-page';

/**
 * An event as Shopify's public documentation describes the payload of `checkout_completed`, with products of the store in this folder.
 * It was written after the documentation, because there is no store to record it in.
 */
export const completed = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(new URL('checkout-completed.json', import.meta.url), 'utf8'));

/**
 * Shopify's API for a custom pixel, in a frame with the permissions of its lax sandbox: `analytics`, `browser`, `init` and `api`. The
 * frame has no origin, so that its own storage is out of reach; `browser` works in the page, asynchronously.
 */
const sandbox = (pixel: string, allowed: boolean) => `<!doctype html><script>
  const subscribers = {};
  const subscribe = async (name, callback) => void (subscribers[name] = callback);
  const calls = new Map();
  const call = (method) => (...given) => new Promise((resolve) => {
    calls.set(calls.size, resolve);
    parent.postMessage({ call: calls.size - 1, method, given }, '*');
  });
  const analytics = { subscribe };
  const init = { customerPrivacy: ${JSON.stringify({ analyticsProcessingAllowed: true, marketingAllowed: true, preferencesProcessingAllowed: allowed, saleOfDataAllowed: true })} };
  const api = { analytics, init, customerPrivacy: { subscribe } };
  const browser = { localStorage: { getItem: call('getItem'), setItem: call('setItem'), removeItem: call('removeItem') } };
  addEventListener('message', async ({ data }) => {
    if ('result' in data) return calls.get(data.call)(data.result);
    await subscribers[data.name](data);
    parent.postMessage({ handled: data.name }, '*');
  });
</script><script>${pixel}</script><script>parent.postMessage({ handled: 'start' }, '*')</script>`;

/** A page of the store's checkout, on its own address, with the pixel in its frame. @param allowed whether preferences may be stored */
export async function openCheckout(page: Page, allowed: boolean): Promise<void> {
  const frame = sandbox(await readExample('pixel/sidestream-pixel.js'), allowed);
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Thank you</title><link rel="icon" href="data:,"><script>
    addEventListener('message', ({ data, source }) => {
      if ('handled' in data) window.handled = data.handled;
      else source.postMessage({ call: data.call, result: localStorage[data.method](...data.given) }, '*');
    });
  </script><iframe sandbox="allow-scripts allow-forms" srcdoc="${frame.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`;
  await page.route('**/checkouts/cn/1/thank-you', (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto('/checkouts/cn/1/thank-you');
  await handled(page, 'start');
}

/** Publishes an event, and waits until the pixel has handled it. */
export async function publish(page: Page, event: Record<string, unknown>): Promise<void> {
  await page.evaluate((data) => {
    Reflect.set(window, 'handled', undefined);
    document.querySelector('iframe')?.contentWindow?.postMessage(data, '*');
  }, event);
  await handled(page, event.name);
}

const handled = (page: Page, name: unknown) =>
  page.waitForFunction((wanted) => Reflect.get(window, 'handled') === wanted, name);
