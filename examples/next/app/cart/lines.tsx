'use client';

import { takeFromCart, useCart } from '../cart-store';

export function Lines({ titles }: { titles: Record<string, string> }) {
  const cart = useCart();
  if (cart.length === 0) return <p>Nothing yet.</p>;
  return (
    <ul>
      {cart.map((id) => (
        <li key={id}>
          {titles[id]}{' '}
          <button type="button" onClick={() => void takeFromCart(id)}>
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}
