import { isObject, type Tool, type ToolLevel, type ToolListener } from './tool';

/** The category of consent that a profile for recommendations belongs to. */
const CATEGORY = 'preferences';
const CHANGED = 'wp_listen_for_consent_change';
const TYPE_DEFINED = 'wp_consent_type_defined';

/**
 * The WP Consent API, to which the cookie banners of WordPress report: whether preferences may be stored. Its function says only
 * whether they may; its cookie says whether the shopper has answered.
 */
export function connectWordPress(listener: ToolListener): Tool {
  let ended = false;
  let said: unknown;
  let last: ToolLevel | undefined;

  /** @param answered whether the shopper has just answered; otherwise only a change is reported */
  const read = (answered: boolean): void => {
    if (ended) return;
    try {
      const has: unknown = Reflect.get(globalThis, 'wp_has_consent');
      const type: unknown =
        Reflect.get(globalThis, 'wp_consent_type') ?? Reflect.get(globalThis, 'wp_fallback_consent_type');
      // Without a type there is no banner, and the function allows everything.
      if (typeof has !== 'function' || (!type && said === undefined)) return;
      listener.found();
      const allowed: unknown = has(CATEGORY);
      if (typeof allowed !== 'boolean') {
        listener.ignored('wp_has_consent() did not return a boolean', allowed);
        return;
      }
      const answer = said ?? storedAnswer();
      const silent = allowed && String(type).includes('optout') ? 'not-required' : 'pending';
      const level = answer === 'deny' ? 'denied' : answer === 'allow' && allowed ? 'granted' : silent;
      if (level === last && !answered) return;
      last = level;
      listener.level(level);
    } catch (thrown) {
      listener.failed(thrown);
    }
  };

  const onChange = (event: Event): void => {
    const detail: unknown = Reflect.get(event, 'detail');
    if (!isObject(detail) || !(CATEGORY in detail)) return;
    said = detail[CATEGORY];
    read(true);
  };
  const onType = (): void => read(false);
  document.addEventListener(CHANGED, onChange);
  document.addEventListener(TYPE_DEFINED, onType);
  read(false);
  return {
    seek: onType,
    disconnect() {
      ended = true;
      document.removeEventListener(CHANGED, onChange);
      document.removeEventListener(TYPE_DEFINED, onType);
    },
  };
}

/** The shopper's answer in the API's cookie: `allow` or `deny`. */
function storedAnswer(): string | undefined {
  const api: unknown = Reflect.get(globalThis, 'consent_api');
  const prefix = isObject(api) && typeof api.cookie_prefix === 'string' ? api.cookie_prefix : 'wp_consent';
  const start = `${prefix}_${CATEGORY}=`;
  const cookies = (document.cookie ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length);
}
