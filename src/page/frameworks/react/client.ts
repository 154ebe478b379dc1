'use client';

import {
  createElement,
  type ReactElement,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
// For its side effect too, whichever part of this file an app uses.
import '../../element';
import type { SidestreamRecs } from '../../element';
import { type FollowedList, followList, type ListOptions } from '../follow-list';
import { type ElementProps, isProperty } from './props';

export type { FollowedList, ListOptions };

/**
 * A list for cards of your own, refreshed after the shopper's actions. A server renders it as null.
 * @param options the bundle, and a request as for `recommend()`; an equal object at the next render changes nothing
 */
export function useRecommendations(options: ListOptions): FollowedList {
  const [state, setState] = useState<FollowedList>({ list: null, error: null });
  const content = JSON.stringify(options);
  useEffect(() => {
    const given: ListOptions = JSON.parse(content);
    return followList(given, setState);
  }, [content]);
  return state;
}

/**
 * `<sidestream-recs>` as a component. While React hydrates a custom element it neither sets properties nor adds listeners, so
 * the component does both. A server renders the attributes and the children.
 */
export function Recommendations({ ref, ...props }: ElementProps): ReactElement {
  const list = useRef<SidestreamRecs>(null);
  const defaults = useRef(new Map<string, unknown>());
  const attributes: Record<string, unknown> = {};
  const properties = new Map<string, unknown>();
  const listeners: [string, EventListener][] = [];
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function' && /^on[a-z]/.test(name))
      listeners.push([name.slice(2), (event) => void value(event)]);
    else if (isProperty(name, value)) properties.set(name, value);
    else attributes[name] = value;
  }
  useImperativeHandle<SidestreamRecs | null, SidestreamRecs | null>(ref, () => list.current, []);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    for (const [name, value] of properties) {
      if (!defaults.current.has(name)) defaults.current.set(name, Reflect.get(element, name));
      Reflect.set(element, name, value);
    }
    for (const [name, value] of defaults.current) if (!properties.has(name)) Reflect.set(element, name, value);
  });
  useLayoutEffect(() => {
    const element = list.current;
    const leaving = new AbortController();
    for (const [name, listener] of listeners) element?.addEventListener(name, listener, { signal: leaving.signal });
    return () => leaving.abort();
  });
  // The element sets its attribute `state`, possibly before React hydrates.
  return createElement('sidestream-recs', { suppressHydrationWarning: true, ...attributes, ref: list });
}

/** Makes a page that a server rendered load the element. */
export function ElementLoader(): null {
  return null;
}
