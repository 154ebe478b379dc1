import type { ReactiveControllerHost } from 'lit';
import type { repeat } from 'lit/directives/repeat.js';
import type { Recommendation, Recommender } from '../../../../device/protocol';
import type { cardOf } from '../list-view';
import type { Settings } from '../settings';

/** The element around a feed. */
export interface FeedHost extends ReactiveControllerHost, Element {
  readonly renderRoot: DocumentFragment | HTMLElement;
  readonly activeRecommender: Recommender | null;
  readonly settings: Settings;
  readonly itemId: unknown;
  listFailed(thrown: unknown): void;
}

/** What a feed needs of the list. A late chunk that imported list code would turn its files into separate chunks. */
export interface FeedServices {
  cardOf: typeof cardOf;
  repeat: typeof repeat;
  columns: string;
  language(): string | undefined;
  /** Requests the next page. */
  more(): void;
  /** Loads what the cards of products need that come back into the page. */
  ready(items: Recommendation[]): Promise<void>;
}
