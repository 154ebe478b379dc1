import { $, gaLine, money, push, rowsOf } from './shop.js';
import { readOrder } from './shop-api.js';

const order = await readOrder(new URLSearchParams(location.search).get('code') ?? '').catch(() => null);
if (order) {
  $('h1').textContent = 'Thank you';
  $('.lead').textContent = `Your order ${order.code} is paid.`;
  $('.lines').append(...rowsOf(order));
  $('.sum').hidden = false;
  $('.sum output').textContent = money(order.totalWithTax);
  // A transaction is counted once, however often this page is loaded.
  push('purchase', { transaction_id: order.code, value: order.totalWithTax / 100, items: order.lines.map(gaLine) });
} else {
  $('h1').textContent = 'There is no such order';
}
