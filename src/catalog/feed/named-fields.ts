import type { MappedField } from './feed-mapping';

/** An item's fields with the values a feed gave them, unparsed; `sale` is the lowered price beside the regular one. */
export type NamedFields = Partial<Record<MappedField | 'sale', unknown>> & { attributes?: unknown };
