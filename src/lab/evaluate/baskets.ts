/** The second to which a time belongs. */
const secondOf = (time: number): number => Math.floor(time / 1000);

/**
 * A basket: events of one shopper in one second. A log of orders gives all lines of an order the same time, so their sequence
 * says nothing.
 * @param times milliseconds, ascending
 * @param start position of its first event
 * @returns position after its last event
 */
export function basketEnd(times: readonly number[], start: number): number {
  let end = start + 1;
  while (end < times.length && secondOf(times[end]) === secondOf(times[start])) end++;
  return end;
}

/** For each event, whether another event of the same shopper has the same second. */
export function sharesSecond(times: readonly number[]): boolean[] {
  const shared: boolean[] = [];
  while (shared.length < times.length) {
    const start = shared.length;
    const end = basketEnd(times, start);
    for (let place = start; place < end; place++) shared.push(end - start > 1);
  }
  return shared;
}
