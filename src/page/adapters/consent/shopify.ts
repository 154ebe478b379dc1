import { globalTool, isObject, type Tool, type ToolLevel, type ToolListener } from './tool';

const FEATURE = { name: 'consent-tracking-api', version: '0.1' };

/**
 * Shopify's Customer Privacy API: whether preferences may be stored. Shopify also allows it in regions that require no answer. If
 * the page has not loaded the API yet, Shopify's own loader is asked to load it.
 */
export function connectShopify(listener: ToolListener): Tool {
  let asked = false;
  let collected = false;

  const read = (again: () => void): ToolLevel | undefined => {
    const shopify: unknown = Reflect.get(globalThis, 'Shopify');
    if (!isObject(shopify)) return undefined;
    const { customerPrivacy: api } = shopify;
    if (isObject(api) && typeof api.preferencesProcessingAllowed === 'function') {
      listener.found();
      const allowed: unknown = api.preferencesProcessingAllowed();
      if (typeof allowed === 'boolean') return levelOf(api, allowed);
      listener.ignored('preferencesProcessingAllowed() did not return a boolean', allowed);
    } else if (!asked && typeof shopify.loadFeatures === 'function') {
      asked = true;
      listener.found();
      shopify.loadFeatures([FEATURE], (error: unknown) => {
        if (error) listener.failed(error);
        else again();
      });
    }
    return undefined;
  };

  const levelOf = (api: Record<string, unknown>, allowed: boolean): ToolLevel => {
    const consent: unknown = typeof api.currentVisitorConsent === 'function' ? api.currentVisitorConsent() : null;
    // The event has no details: "not allowed" means that the shopper has refused or has not answered yet.
    const { preferences = null } = isObject(consent) ? consent : { preferences: collected && (allowed ? 'yes' : 'no') };
    if (preferences === 'no') return 'denied';
    if (!allowed) return 'pending';
    return preferences === 'yes' ? 'granted' : 'not-required';
  };

  const onCollected = (): boolean => {
    collected = true;
    return true;
  };
  return globalTool(listener, read, { visitorConsentCollected: onCollected });
}
