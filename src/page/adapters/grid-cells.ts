import * as v from 'valibot';
import { addToGroup } from '../../core/common/grouped';
import { idSchema } from './field';
import { ITEM, inOwnElement, POSITION } from './marked-element';

export interface Cell {
  item: Element;
  /**
   * The element that is moved: the child of the grid that holds the item, if it holds no other item; otherwise the marked element
   * itself.
   */
  node: Element;
  /** Whether it is the only item in its child of the grid. */
  single: boolean;
  id: string;
}

/** Attributes that give an element's position in its list; they belong to the place, not to the item. */
const OF_PLACE = [POSITION, 'aria-posinset'];

/**
 * The items of a grid, in document order; items with an unusable id are left out.
 * @param selector selector of the grids: the items of a nested grid do not belong to this one
 */
export function cellsOf(grid: Element, selector: string): Cell[] {
  const byChild = new Map<Element, Pick<Cell, 'item' | 'id'>[]>();
  for (const item of grid.querySelectorAll(`[${ITEM}]`)) {
    const id = v.safeParse(idSchema, item.getAttribute(ITEM));
    const child = id.success && childAround(item, grid, selector);
    if (!child) continue;
    addToGroup(byChild, child, { item, id: id.output });
  }
  return [...byChild].flatMap(([child, found]) => {
    const single = found.length === 1;
    return found.map((cell) => ({ ...cell, single, node: single ? child : cell.item }));
  });
}

/**
 * The cells that can swap places. If most of the cells share their child of the grid with other items, as in rows, these are the
 * ones that share; otherwise, the ones that do not. A banner with two products thus stays together.
 */
export function exchangeable(cells: readonly Cell[]): Cell[] {
  const singles = cells.filter(({ single }) => single);
  return 2 * singles.length >= cells.length ? singles : cells.filter(({ single }) => !single);
}

/** The child of a grid that contains an item; null if the item is inside another item, another grid or one of our elements. */
function childAround(item: Element, grid: Element, selector: string): Element | null {
  const chain: Element[] = [item];
  for (let at = item.parentElement; at && at !== grid; at = at.parentElement) {
    if (at.hasAttribute(ITEM) || at.matches(selector)) return null;
    chain.push(at);
  }
  return inOwnElement(chain) ? null : (chain.at(-1) ?? null);
}

/**
 * Moves nodes into each other's places. Everything between the places stays, including text: the space between inline blocks is
 * part of the layout. Nodes are inserted again rather than moved with their state (`moveBefore`), because browsers count such a
 * move as a layout shift.
 * @param places cells by their present place
 * @param cells the same cells, by their wanted place
 */
export function fillPlaces(places: readonly Cell[], cells: readonly Cell[]): void {
  const moves = places.flatMap((place, n) => {
    const cell = cells[n];
    return cell && cell !== place ? [{ place, cell }] : [];
  });
  const before = moves.map(({ place }) => ofPlace(place));
  const markers = moves.map(({ place }) => {
    const marker = document.createComment('');
    place.node.before(marker);
    return marker;
  });
  for (const [n, { cell }] of moves.entries()) {
    markers[n]?.replaceWith(cell.node);
    for (const [k, { element, name, value }] of ofPlace(cell).entries()) {
      const other = before[n]?.[k]?.value ?? null;
      // If only some cells have the attribute, the grid does not number its cells with it.
      if (value !== null && other !== null) element.setAttribute(name, other);
    }
  }
}

const ofPlace = ({ item, node }: Cell): { element: Element; name: string; value: string | null }[] =>
  OF_PLACE.flatMap((name) => [item, node].map((element) => ({ element, name, value: element.getAttribute(name) })));

/**
 * The order closest to the wanted one in which the held ids keep their place in the shop's order. Ids that the wanted order leaves
 * there, such as ids unknown to the recommender, keep it too. All orders have the same ids, each once.
 */
export function heldOrder(shop: readonly string[], wanted: readonly string[], held: ReadonlySet<string>): string[] {
  const places = shop.map((id, at) => (held.has(id) || wanted[at] === id ? id : undefined));
  const placed = new Set(places);
  const rest = wanted.filter((id) => !placed.has(id)).values();
  return places.flatMap((id) => id ?? rest.next().value ?? []);
}
