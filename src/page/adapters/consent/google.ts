import { isCommand, readEntries } from '../pushed-entries';
import { isObject, type Tool, type ToolListener, type ToolSettings } from './tool';

/** Longest time that a default may wait for an update, ms: a page cannot hold an answer back for ever. */
const LONGEST_WAIT = 10_000;

type State = 'granted' | 'denied';

/**
 * Google's Consent Mode: the commands `gtag('consent', 'default' | 'update', …)` in the data layer. An update is an answer. A
 * default `granted` says that none is required, where no update comes in its `wait_for_update`; a default `denied` is the state
 * before an answer, as pages send it on every load, also to those who have agreed. No default changes what an update said. A
 * default with a `region` holds only for the region that the settings name, and there before one without.
 * @param create whether to make a data layer where the page has none yet; else it is sought
 */
export function connectGoogle(
  { type, region, dataLayer }: ToolSettings,
  listener: ToolListener,
  create: boolean,
): Tool {
  let update: State | undefined;
  let standard: State | undefined;
  /** How closely the default in force names the region. */
  let closeness = -1;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const tell = (): void => {
    if (update) listener.level(update);
    else if (standard) listener.level(standard === 'granted' && waiting === undefined ? 'not-required' : 'pending');
  };
  const onDefault = (given: Record<string, unknown>, state: State): void => {
    const near = closenessOf(given.region, region);
    if (near === null || near < closeness) return;
    closeness = near;
    standard = state;
    const { wait_for_update: wait } = given;
    clearTimeout(waiting);
    waiting = undefined;
    if (typeof wait !== 'number' || !(wait > 0)) return;
    const onTime = (): void => {
      waiting = undefined;
      if (!update) tell();
    };
    waiting = setTimeout(onTime, Math.min(wait, LONGEST_WAIT));
  };
  /** @returns whether the entry says something of the type */
  const onEntry = (entry: object): boolean => {
    if (!isCommand(entry)) return false;
    const { 0: command, 1: kind, 2: given } = entry;
    if (command !== 'consent') return false;
    if ((kind !== 'default' && kind !== 'update') || !isObject(given)) {
      listener.ignored('the command is no default and no update with an object of consent types', entry);
      return false;
    }
    const state = given[type];
    // Commands name the types that they change.
    if (state === undefined) return false;
    listener.found();
    if (state !== 'granted' && state !== 'denied') {
      listener.ignored(`${type} is neither "granted" nor "denied"`, entry);
      return false;
    }
    if (kind === 'update') update = state;
    else onDefault(given, state);
    return kind === 'update' || update === undefined;
  };
  let stop: (() => void) | undefined;
  const seek = (): void => {
    if (stop || (!create && typeof dataLayer === 'string' && !Array.isArray(Reflect.get(globalThis, dataLayer))))
      return;
    let replaying = true;
    stop = readEntries(dataLayer, (entry) => {
      try {
        if (onEntry(entry) && !replaying) tell();
      } catch (thrown) {
        listener.failed(thrown);
      }
    });
    // What earlier commands said one after the other is history: only their outcome counts.
    replaying = false;
    tell();
  };
  seek();
  return {
    seek,
    disconnect() {
      clearTimeout(waiting);
      stop?.();
    },
  };
}

/**
 * How closely a default names a region: 2 by itself (`US-CA`), 1 by its country, 0 for one without regions.
 * @returns null where it holds for other regions only
 */
function closenessOf(given: unknown, region: string): number | null {
  if (given === undefined) return 0;
  const regions: unknown[] = Array.isArray(given) ? given : [given];
  if (region === '') return null;
  if (regions.includes(region)) return 2;
  return regions.includes(region.split('-')[0]) ? 1 : null;
}
