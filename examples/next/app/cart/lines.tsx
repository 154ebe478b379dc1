'use client';

import { useState } from 'react';
import { placeOrder, takeFromCart, useCart } from '../cart-store';
import type { Product } from '../products';
import { Recommendations } from '../recommendations';

export function Lines({ products }: { products: Product[] }) {
  const cart = useCart();
  const [order, setOrder] = useState('');
  if (cart.length === 0) return <p>{order ? `Thank you. The number of your order is ${order}.` : 'Nothing yet.'}</p>;
  return (
    <>
      <ul>
        {cart.map(({ id, quantity }) => (
          <li key={id}>
            {quantity} × {products.find((product) => product.id === id)?.title}{' '}
            <button type="button" onClick={() => takeFromCart(id)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => setOrder(placeOrder(products))}>
        Place order
      </button>
      <Recommendations placement="complement" item-id={JSON.stringify(cart.map(({ id }) => id))} limit={4} />
    </>
  );
}
