/** What of the Battery Status API is used; it is not in all browsers. */
interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

/** Share of the charge below which nothing is trained, unless it charges. */
const LOW = 0.2;

/**
 * Tells when a page should not make work: it is hidden, or the battery is low.
 * @param onChange called with true when it should rest, false when not any more; first when it rests already
 * @returns ends the watch
 */
export function watchRest(onChange: (resting: boolean) => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let battery: Battery | null = null;
  let resting = false;
  const look = (): void => {
    const low = battery !== null && !battery.charging && battery.level < LOW;
    const now = document.visibilityState === 'hidden' || low;
    if (now !== resting) onChange(now);
    resting = now;
  };
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  getBattery?.call(navigator).then(
    (found) => {
      if (signal.aborted) return;
      battery = found;
      for (const type of ['levelchange', 'chargingchange']) found.addEventListener(type, look, { signal });
      look();
    },
    // Not allowed on this page: then only hidden pages rest.
    () => undefined,
  );
  document.addEventListener('visibilitychange', look, { signal });
  look();
  return () => ended.abort();
}
