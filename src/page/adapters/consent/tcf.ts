import { attempt, isObject, type Tool, type ToolLevel, type ToolListener, type ToolSettings } from './tool';

/** API version of TCF 2.x. */
const API = 2;
/** Event statuses at which the shopper's answer is known. */
const ANSWERED = ['tcloaded', 'useractioncomplete'];

/**
 * IAB's Transparency & Consent Framework: consent to all purposes of the settings. If the tool says that the GDPR does not apply,
 * no answer is required. While its dialog is open, the earlier answer holds. The page's stub queues the call until the tool is
 * loaded.
 */
export function connectTcf({ purposes }: ToolSettings, listener: ToolListener): Tool {
  let asked = false;
  let ended = false;
  let answered = false;
  let id: unknown;

  const api = (): unknown => Reflect.get(globalThis, '__tcfapi');
  const remove = (): void => {
    const call = api();
    if (id === undefined || typeof call !== 'function') return;
    call('removeEventListener', API, () => undefined, id);
    id = undefined;
  };
  const onData = (data: unknown, success: unknown): void =>
    attempt(listener, () => {
      if (!isObject(data) || success !== true) {
        if (!ended) listener.ignored('the tool returned no TC data', data);
        return;
      }
      id ??= data.listenerId;
      if (ended) remove();
      else tell(data);
    });
  const tell = (data: Record<string, unknown>): void => {
    const { eventStatus, gdprApplies, tcString, purpose } = data;
    const consents = isObject(purpose) ? purpose.consents : null;
    if (eventStatus === 'cmpuishown') {
      if (!answered) listener.level('pending');
    } else if (typeof eventStatus !== 'string' || !ANSWERED.includes(eventStatus)) {
      listener.ignored(`eventStatus is ${String(eventStatus)}`, data);
    } else if (gdprApplies === false) {
      say('not-required');
    } else if (!isObject(consents)) {
      listener.ignored('purpose.consents is missing', data);
    } else if (eventStatus === 'tcloaded' && tcString === '') {
      // The tool loaded without a stored answer.
      say('pending');
    } else {
      say(purposes.every((number) => consents[number] === true) ? 'granted' : 'denied');
    }
  };
  const say = (level: ToolLevel): void => {
    answered = level !== 'pending';
    listener.level(level);
  };

  const seek = (): void =>
    attempt(listener, () => {
      const call = api();
      if (asked || typeof call !== 'function') return;
      asked = true;
      listener.found();
      call('addEventListener', API, onData);
    });
  seek();
  return {
    seek,
    disconnect() {
      ended = true;
      attempt(listener, remove);
    },
  };
}
