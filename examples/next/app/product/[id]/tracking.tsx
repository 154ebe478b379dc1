'use client';

import { useEffect } from 'react';
import { addToCart } from '../../cart-store';
import { track } from '../../recommender';

/** Tracks that the page of a product was looked at: once per visit of the page, even if React mounts it twice. */
export function TrackView({ id }: { id: string }) {
  useEffect(() => {
    // A page that is left within a second was not looked at. React mounts it twice in development.
    const timer = setTimeout(() => void track('view', id), 1000);
    return () => clearTimeout(timer);
  }, [id]);
  return null;
}

export function AddToCart({ id }: { id: string }) {
  return (
    <button type="button" onClick={() => addToCart(id)}>
      Add to cart
    </button>
  );
}
