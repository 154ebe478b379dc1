import type { HTMLAttributes, RefAttributes } from 'react';
import type {} from 'sidestream/element';

type Recs = HTMLElementTagNameMap['sidestream-recs'];

/** Attributes, so that a server writes them too; properties without one (`recommender`, `exclude`) are for the browser. */
interface RecsProps
  extends Omit<HTMLAttributes<Recs>, 'onError'>,
    RefAttributes<Recs>,
    Partial<Pick<Recs, 'catalog' | 'placement' | 'limit' | 'heading' | 'layout' | 'currency' | 'dismissible' | 'lazy'>>,
    Partial<Pick<Recs, 'recommender' | 'exclude' | 'labels'>> {
  'item-id'?: Recs['itemId'];
  'href-template'?: Recs['hrefTemplate'];
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'sidestream-recs': RecsProps;
    }
  }
}
