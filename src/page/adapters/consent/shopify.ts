import { isObject, type Tool, type ToolLevel, type ToolListener } from './tool';

/** The event that Shopify dispatches when the shopper has answered. */
const COLLECTED = 'visitorConsentCollected';
const FEATURE = { name: 'consent-tracking-api', version: '0.1' };

/**
 * Shopify's Customer Privacy API: whether preferences may be stored. Shopify also allows it in regions that require no answer. If
 * the page has not loaded the API yet, Shopify's own loader is asked to load it.
 */
export function connectShopify(listener: ToolListener): Tool {
  let asked = false;
  let collected = false;
  let ended = false;
  let last: ToolLevel | undefined;

  /** @param answered whether the shopper has just answered; otherwise only a change is reported */
  const read = (answered: boolean): void => {
    if (ended) return;
    try {
      const shopify: unknown = Reflect.get(globalThis, 'Shopify');
      if (!isObject(shopify)) return;
      const { customerPrivacy: api } = shopify;
      if (isObject(api) && typeof api.preferencesProcessingAllowed === 'function') {
        listener.found();
        tell(api, api.preferencesProcessingAllowed(), answered);
      } else if (!asked && typeof shopify.loadFeatures === 'function') {
        asked = true;
        listener.found();
        shopify.loadFeatures([FEATURE], (error: unknown) => {
          if (error) listener.failed(error);
          else read(false);
        });
      }
    } catch (thrown) {
      listener.failed(thrown);
    }
  };

  const tell = (api: Record<string, unknown>, allowed: unknown, answered: boolean): void => {
    if (typeof allowed !== 'boolean') {
      listener.ignored('preferencesProcessingAllowed() did not return a boolean', allowed);
      return;
    }
    const level = levelOf(api, allowed);
    if (level === last && !answered) return;
    last = level;
    listener.level(level);
  };

  const levelOf = (api: Record<string, unknown>, allowed: boolean): ToolLevel => {
    const consent: unknown = typeof api.currentVisitorConsent === 'function' ? api.currentVisitorConsent() : null;
    // The event has no details: "not allowed" means that the shopper has refused or has not answered yet.
    const { preferences = null } = isObject(consent) ? consent : { preferences: collected && (allowed ? 'yes' : 'no') };
    if (preferences === 'no') return 'denied';
    if (!allowed) return 'pending';
    return preferences === 'yes' ? 'granted' : 'not-required';
  };

  const onCollected = (): void => {
    collected = true;
    read(true);
  };
  document.addEventListener(COLLECTED, onCollected);
  read(false);
  return {
    seek: () => read(false),
    disconnect() {
      ended = true;
      document.removeEventListener(COLLECTED, onCollected);
    },
  };
}
