import type {} from 'sidestream/element';
import type { HTMLAttributes } from 'vue';

type Recs = HTMLElementTagNameMap['sidestream-recs'];

declare module 'vue' {
  interface GlobalComponents {
    'sidestream-recs': new () => {
      $props: Partial<Omit<Recs, keyof HTMLElement>> & HTMLAttributes;
    };
  }
}
