'use client';

import Link from 'next/link';
import { useCart } from './cart-store';

export function Header() {
  const cart = useCart();
  return (
    <header>
      <Link href="/">Good things</Link>{' '}
      <Link href="/cart">Cart ({cart.reduce((sum, { quantity }) => sum + quantity, 0)})</Link>{' '}
      <button type="button" id="choices">
        Privacy choices
      </button>
    </header>
  );
}
