/** The wanted order of a list and the constraints on it. All lists have the same ids, each once. */
export interface HeldOrder {
  /** The shop's order. */
  shop: readonly string[];
  /** The wanted order. */
  wanted: readonly string[];
  /** The present order. */
  present: readonly string[];
  /** Ids that stay where they are. */
  held: ReadonlySet<string>;
}

/**
 * The order closest to the wanted one in which the held ids stay in place. Ids that the wanted order leaves at their position in
 * the shop's order, such as ids unknown to the recommender, keep that position if they can.
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
