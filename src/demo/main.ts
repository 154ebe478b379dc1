import { Session } from './session';
import { readSettings } from './settings';
import { ShopApp } from './shop-app';

const shop = new ShopApp();
shop.session = new Session(readSettings(location.search));
document.body.prepend(shop);
void shop.session.open();
