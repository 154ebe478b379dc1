/** Adds a value to the group of a key. @returns the group */
export function addToGroup<K, V>(groups: Map<K, V[]>, key: K, value: V): V[] {
  const group = groups.get(key) ?? [];
  if (group.push(value) === 1) groups.set(key, group);
  return group;
}

/** Values by key; keys, and the values of each, keep their order. */
export function grouped<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) addToGroup(groups, keyOf(value), value);
  return groups;
}

/** The value of a key, which is made and kept when it is asked for first. */
export function kept<K, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = make();
  known.set(key, value);
  return value;
}

/** How often each key occurs, in the order of the first ones. */
export function counted<K>(keys: Iterable<K>): Map<K, number> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
