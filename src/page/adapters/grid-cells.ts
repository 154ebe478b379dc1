import * as v from 'valibot';
import { idSchema } from './field';
import { ITEM, inOwnElement, POSITION } from './marked-element';

/** An item of a grid. */
export interface Cell {
  /** The marked element. */
  item: Element;
  /** What is moved: the child of the grid that holds it, if it holds no other item; else the marked element itself. */
  node: Element;
  /** Whether it is the only one in its child of the grid. */
  alone: boolean;
  id: string;
}

/** Attributes that say where in its list an element stands, so that they belong to the place. */
const OF_PLACE = [POSITION, 'aria-posinset'];

/**
 * The items of a grid, in the order of the document; those with an unusable id are left out.
 * @param selector of grids: the items of a grid inside this one are not its own
 */
export function cellsOf(grid: Element, selector: string): Cell[] {
  const byChild = new Map<Element, Pick<Cell, 'item' | 'id'>[]>();
  for (const item of grid.querySelectorAll(`[${ITEM}]`)) {
    const id = v.safeParse(idSchema, item.getAttribute(ITEM));
    const child = id.success && childAround(item, grid, selector);
    if (!child) continue;
    const found = byChild.get(child) ?? [];
    found.push({ item, id: id.output });
    byChild.set(child, found);
  }
  return [...byChild].flatMap(([child, found]) => {
    const alone = found.length === 1;
    return found.map((cell) => ({ ...cell, alone, node: alone ? child : cell.item }));
  });
}

/**
 * Those of some cells that can take each other's places: where most share their child of the grid with others, as in rows,
 * these, else those that are alone. A banner with two products is not torn apart.
 */
export function exchangeable(cells: readonly Cell[]): Cell[] {
  const alone = cells.filter((cell) => cell.alone);
  return 2 * alone.length >= cells.length ? alone : cells.filter((cell) => !cell.alone);
}

/** The child of a grid around an item; null where the item is part of another item, of another grid or of our element. */
function childAround(item: Element, grid: Element, selector: string): Element | null {
  const chain: Element[] = [item];
  for (let at = item.parentElement; at && at !== grid; at = at.parentElement) {
    if (at.hasAttribute(ITEM) || at.matches(selector)) return null;
    chain.push(at);
  }
  return inOwnElement(chain) ? null : (chain.at(-1) ?? null);
}

/**
 * Moves nodes into the places of others. Everything between the places stays where it is, texts too: the space between
 * inline blocks is part of the layout. Nodes are inserted again, not moved with their state (`moveBefore`), which browsers
 * count as a shift of the layout.
 * @param places cells by their present place
 * @param cells the same ones, by the place that each should have
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
      // A grid in which only some have it does not count by it.
      if (value !== null && other !== null) element.setAttribute(name, other);
    }
  }
}

/** The attributes of a cell that belong to its place. */
const ofPlace = ({ item, node }: Cell): { element: Element; name: string; value: string | null }[] =>
  OF_PLACE.flatMap((name) => [item, node].map((element) => ({ element, name, value: element.getAttribute(name) })));
