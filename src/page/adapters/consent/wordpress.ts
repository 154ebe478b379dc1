import { globalTool, isObject, type Tool, type ToolLevel, type ToolListener } from './tool';

/** The category of consent that a profile for recommendations belongs to. */
const CATEGORY = 'preferences';

/**
 * The WP Consent API, to which the cookie banners of WordPress report: whether preferences may be stored. Its function says only
 * whether they may; its cookie says whether the shopper has answered.
 */
export function connectWordPress(listener: ToolListener): Tool {
  let said: unknown;

  const read = (): ToolLevel | undefined => {
    const has: unknown = Reflect.get(globalThis, 'wp_has_consent');
    const type: unknown =
      Reflect.get(globalThis, 'wp_consent_type') ?? Reflect.get(globalThis, 'wp_fallback_consent_type');
    // Without a type there is no banner, and the function allows everything.
    if (typeof has !== 'function' || (!type && said === undefined)) return undefined;
    listener.found();
    const allowed: unknown = has(CATEGORY);
    if (typeof allowed !== 'boolean') {
      listener.ignored('wp_has_consent() did not return a boolean', allowed);
      return undefined;
    }
    const answer = said ?? storedAnswer();
    if (answer === 'deny') return 'denied';
    if (answer === 'allow' && allowed) return 'granted';
    return allowed && String(type).includes('optout') ? 'not-required' : 'pending';
  };

  const onChange = (event: Event): boolean => {
    const detail: unknown = Reflect.get(event, 'detail');
    if (!isObject(detail) || !(CATEGORY in detail)) return false;
    said = detail[CATEGORY];
    return true;
  };
  return globalTool(listener, read, { wp_listen_for_consent_change: onChange, wp_consent_type_defined: () => false });
}

/** The shopper's answer in the API's cookie: `allow` or `deny`. */
function storedAnswer(): string | undefined {
  const api: unknown = Reflect.get(globalThis, 'consent_api');
  const prefix = isObject(api) && typeof api.cookie_prefix === 'string' ? api.cookie_prefix : 'wp_consent';
  const start = `${prefix}_${CATEGORY}=`;
  const cookies = (document.cookie ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length);
}
