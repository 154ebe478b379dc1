/** An order of a list, and what stands in the way of it. All lists have the same ids, each once. */
export interface HeldOrder {
  /** As the shop has it. */
  shop: readonly string[];
  /** As it should be. */
  wanted: readonly string[];
  /** As it is. */
  present: readonly string[];
  /** Ids that stay where they are. */
  held: ReadonlySet<string>;
}

/**
 * The order that comes nearest to the wanted one while some ids stay where they are. Ids that the wanted order leaves at
 * their place in the shop's, such as those that the recommender does not know, keep it if they can.
 */
export function heldOrder({ shop, wanted, present, held }: HeldOrder): string[] {
  const places = present.map((id) => (held.has(id) ? id : undefined));
  const placed = new Set(held);
  for (const [at, id] of wanted.entries()) {
    if (id !== shop[at] || placed.has(id) || places[at] !== undefined) continue;
    places[at] = id;
    placed.add(id);
  }
  const rest = wanted.filter((id) => !placed.has(id)).values();
  return places.flatMap((id) => id ?? rest.next().value ?? []);
}
