'use client';

import { useSyncExternalStore } from 'react';
import type { Product } from './products';
import { track } from './recommender';

export interface Line {
  id: string;
  quantity: number;
}

/** A cart of this demo. Put your shop's own in its place. */
let cart: readonly Line[] | undefined;
const none: readonly Line[] = [];
const listeners = new Set<() => void>();

function read(): readonly Line[] {
  cart ??= JSON.parse(localStorage.getItem('cart') ?? '[]') as Line[];
  return cart;
}

function write(lines: readonly Line[]): void {
  cart = lines;
  localStorage.setItem('cart', JSON.stringify(lines));
  for (const listener of listeners) listener();
}

export function useCart(): readonly Line[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read,
    () => none,
  );
}

/** Fills the cart and tracks nothing: a list tracks the items that its own buttons add. */
export function putIntoCart(id: string, quantity: number): void {
  const there = read().find((line) => line.id === id)?.quantity ?? 0;
  write([...read().filter((line) => line.id !== id), { id, quantity: there + quantity }]);
}

export function addToCart(id: string): void {
  putIntoCart(id, 1);
  void track('cart', id, { quantity: 1 });
}

export function takeFromCart(id: string): void {
  write(read().filter((line) => line.id !== id));
  void track('uncart', id);
}

/** Orders what is in the cart. @returns the number of the order, which your server gives in a shop */
export function placeOrder(products: Product[]): string {
  const transactionId = crypto.randomUUID();
  for (const { id, quantity } of read()) {
    const price = products.find((product) => product.id === id)?.price;
    void track('purchase', id, { quantity, price, currency: 'EUR', transactionId });
  }
  write([]);
  return transactionId;
}
