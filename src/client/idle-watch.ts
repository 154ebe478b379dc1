/** The part of the Battery Status API that is used; not all browsers have it. */
interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

/** Charge of the battery, 0 to 1, below which nothing is trained unless it is charging. */
const LOW_CHARGE = 0.2;

/**
 * Watches whether a page should rest, because it is hidden or the battery is low.
 * @param onChange called with the new value whenever it changes, and at once where the page should rest already
 * @returns a function that ends the watch
 */
export function watchRest(onChange: (resting: boolean) => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let battery: Battery | null = null;
  let resting = false;
  const update = (): void => {
    const low = battery !== null && !battery.charging && battery.level < LOW_CHARGE;
    const now = document.visibilityState === 'hidden' || low;
    if (now !== resting) onChange(now);
    resting = now;
  };
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  getBattery?.call(navigator).then(
    (found) => {
      if (signal.aborted) return;
      battery = found;
      for (const type of ['levelchange', 'chargingchange']) found.addEventListener(type, update, { signal });
      update();
    },
    // Denied on this page: then only hidden pages rest.
    () => undefined,
  );
  document.addEventListener('visibilitychange', update, { signal });
  update();
  return () => ended.abort();
}
