import { isObject, type Tool, type ToolListener } from './tool';

/** Shopify's event when the shopper has answered. */
const COLLECTED = 'visitorConsentCollected';
const FEATURE = { name: 'consent-tracking-api', version: '0.1' };

/**
 * Shopify's Customer Privacy API: whether preferences may be stored. Shopify says yes also where the shopper's region needs no
 * consent. Where the page has not loaded the API yet, Shopify's own loader is asked to.
 */
export function connectShopify(listener: ToolListener): Tool {
  let asked = false;
  let collected = false;
  let ended = false;

  const read = (): void => {
    if (ended) return;
    try {
      const shopify: unknown = Reflect.get(globalThis, 'Shopify');
      if (!isObject(shopify)) return;
      const { customerPrivacy: api } = shopify;
      if (isObject(api) && typeof api.preferencesProcessingAllowed === 'function') {
        listener.found();
        tell(api, api.preferencesProcessingAllowed());
      } else if (!asked && typeof shopify.loadFeatures === 'function') {
        asked = true;
        listener.found();
        shopify.loadFeatures([FEATURE], (error: unknown) => {
          if (error) listener.failed(error);
          else read();
        });
      }
    } catch (thrown) {
      listener.failed(thrown);
    }
  };
  const tell = (api: Record<string, unknown>, allowed: unknown): void => {
    if (typeof allowed !== 'boolean') {
      listener.ignored('preferencesProcessingAllowed() gave no boolean', allowed);
      return;
    }
    const consent: unknown = typeof api.currentVisitorConsent === 'function' ? api.currentVisitorConsent() : null;
    // Not allowed means either that the shopper said no, or nothing yet.
    const refused = isObject(consent) ? consent.preferences === 'no' : collected;
    listener.level(allowed ? 'granted' : refused ? 'denied' : 'pending');
  };
  const onCollected = (): void => {
    collected = true;
    read();
  };
  document.addEventListener(COLLECTED, onCollected);
  read();
  return {
    seek: read,
    disconnect() {
      ended = true;
      document.removeEventListener(COLLECTED, onCollected);
    },
  };
}
