/**
 * The cart, in this browser: `{ id, title, category, photo, price, quantity }` per product, in the order in which they were added.
 * The event `cart` of the window reports changes, including changes in other tabs.
 */
const KEY = 'cart';

export function readCart() {
  try {
    const lines = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(lines) ? lines : [];
  } catch {
    return [];
  }
}

export function addToCart(item) {
  const lines = readCart();
  const quantity = (lines.find(({ id }) => id === item.id)?.quantity ?? 0) + 1;
  write([...lines.filter(({ id }) => id !== item.id), { ...item, quantity }]);
}

export const removeFromCart = (id) => write(readCart().filter((line) => line.id !== id));

export const emptyCart = () => write([]);

function write(lines) {
  localStorage.setItem(KEY, JSON.stringify(lines));
  dispatchEvent(new Event('cart'));
}

addEventListener('storage', ({ key }) => {
  if (key === KEY) dispatchEvent(new Event('cart'));
});
