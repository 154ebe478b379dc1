import { $, cart, element, money, say } from './shop.js';
import { pay, readCountries, setDelivery, setShipping } from './shop-api.js';

const form = $('form');
$('.empty').hidden = cart !== null;
form.onsubmit = async (event) => {
  event.preventDefault();
  const button = $('form button');
  button.disabled = true;
  try {
    await setDelivery(Object.fromEntries(new FormData(form)));
    const { code } = await pay();
    location.assign(`order.html?code=${encodeURIComponent(code)}`);
  } catch (error) {
    button.disabled = false;
    say(error.message);
  }
};

if (cart) {
  const countries = await readCountries();
  $('select').append(...countries.map(({ code, name }) => element('option', { value: code }, name)));
  $('.sum output').textContent = money((await setShipping()).totalWithTax);
  // Only now: without its handler and its countries, the form could not be sent.
  form.hidden = false;
}
