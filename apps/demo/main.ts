import { countSent, countSentByWorkers } from './sent/count-sent';
import { Session } from './session';
import { readSettings } from './settings';

const session = new Session(readSettings(location.search));
const add = (bytes: number): void => session.addSent(bytes);
countSent(add);
countSentByWorkers(add);
// The worker starts while the browser compiles the shop.
void session.open();
void show();

/** Not awaited by this module, which shares code with the shop: modules that wait for each other never run. */
async function show(): Promise<void> {
  const { ShopApp } = await import('./shop-app');
  const shop = new ShopApp();
  shop.session = session;
  document.body.prepend(shop);
}
