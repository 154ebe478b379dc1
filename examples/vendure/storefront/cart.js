import { $, cart, element, gaLine, money, push, rowsOf, say, showCart } from './shop.js';
import { readCart, removeLine } from './shop-api.js';

show(cart);
addEventListener('cart', async () => show(await readCart()));

function show(order) {
  $('.lines').replaceChildren(...(order ? rowsOf(order, (line) => [removeButton(line)]) : []));
  $('.empty').hidden = order !== null;
  for (const part of ['.sum', '.next']) $(part).hidden = order === null;
  if (order) $('.sum output').textContent = money(order.subTotalWithTax);
  // `cart-synced` follows the tracked events. The lines of the order also work without consent, and include lines from other devices.
  $('sidestream-recs').itemId = order ? order.lines.map((line) => line.productVariant.id) : null;
}

function removeButton(line) {
  const { name } = line.productVariant;
  const button = element('button', { type: 'button', className: 'remove', ariaLabel: `Remove ${name}` }, '×');
  button.onclick = async () => {
    const order = await removeLine(line.id);
    push('remove_from_cart', { items: [gaLine(line)] });
    say(`${name} is not in your cart any more.`);
    show(showCart(order.lines.length > 0 ? order : null));
  };
  return button;
}
