import type { ReactNode, Ref } from 'react';
import type { SidestreamRecs } from '../../element';

/** The element's props; `react.d.ts` of the package has the exact types, which are made from the element. */
export interface ElementProps {
  ref?: Ref<SidestreamRecs | null>;
  children?: ReactNode;
  [name: string]: unknown;
}

/** Objects that React itself understands. */
const OWN_OBJECTS = ['children', 'ref', 'style', 'dangerouslySetInnerHTML'];

/** Whether a value is for a property of the element, because an attribute cannot hold it. */
export function isProperty(name: string, value: unknown): boolean {
  if (OWN_OBJECTS.includes(name) || /^on[A-Z]/.test(name)) return false;
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
