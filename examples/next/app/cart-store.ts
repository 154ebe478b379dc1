'use client';

import { useSyncExternalStore } from 'react';
import { recommender } from './recommender';

/** A cart of this demo: a list of ids. Put your shop's own in its place. */
let cart: readonly string[] | undefined;
const none: readonly string[] = [];
const listeners = new Set<() => void>();

function read(): readonly string[] {
  cart ??= JSON.parse(localStorage.getItem('cart') ?? '[]') as string[];
  return cart;
}

function write(ids: readonly string[]): void {
  cart = ids;
  localStorage.setItem('cart', JSON.stringify(ids));
  for (const listener of listeners) listener();
}

export function useCart(): readonly string[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read,
    () => none,
  );
}

export async function addToCart(id: string): Promise<void> {
  if (!read().includes(id)) write([...read(), id]);
  await (await recommender()).track('cart', id);
}

export async function takeFromCart(id: string): Promise<void> {
  write(read().filter((other) => other !== id));
  await (await recommender()).track('uncart', id);
}
