import { isCommand, readEntries } from '../pushed-entries';
import { isObject, type Tool, type ToolListener, type ToolSettings } from './tool';

/** Longest time that a default may wait for an update, ms: a page cannot hold back an answer forever. */
const MAX_WAIT_MS = 10_000;

type State = 'granted' | 'denied';

/**
 * Google's Consent Mode: the commands `gtag('consent', 'default' | 'update', …)` in the data layer. An update is an answer.
 * A default `granted` means that no answer is required, unless an update arrives within its `wait_for_update`; a default
 * `denied` is the state before an answer, because pages send it on every load, even to shoppers who have agreed. A default
 * never overrides an update. A default with a `region` is skipped: the page does not say where the shopper is.
 * @param create whether to create a data layer if the page has none yet; otherwise the tool looks for one
 */
export function connectGoogle({ type, dataLayer }: ToolSettings, listener: ToolListener, create: boolean): Tool {
  let update: State | undefined;
  let standard: State | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const tell = (): void => {
    if (update) listener.level(update);
    else if (standard) listener.level(standard === 'granted' && waiting === undefined ? 'not-required' : 'pending');
  };
  const onDefault = (given: Record<string, unknown>, state: State): void => {
    if (given.region !== undefined) return;
    standard = state;
    const { wait_for_update: wait } = given;
    clearTimeout(waiting);
    waiting = undefined;
    if (typeof wait !== 'number' || !(wait > 0)) return;
    const onTime = (): void => {
      waiting = undefined;
      if (!update) tell();
    };
    waiting = setTimeout(onTime, Math.min(wait, MAX_WAIT_MS));
  };
  /** @returns whether the entry concerns the consent type */
  const onEntry = (entry: object): boolean => {
    if (!isCommand(entry)) return false;
    const { 0: command, 1: kind, 2: given } = entry;
    if (command !== 'consent') return false;
    if ((kind !== 'default' && kind !== 'update') || !isObject(given)) {
      listener.ignored('the command is neither a default nor an update with an object of consent types', entry);
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
    // Earlier commands are history: only their combined outcome counts.
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
