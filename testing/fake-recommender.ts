import type {
  ImportResult,
  Recommendation,
  Recommender,
  RecommendRequest,
  RecommendResponse,
  Status,
} from '../src/device/protocol';
import type { SidestreamError } from '../src/error';

/** A recommendation of an item with only an id and a title. */
export function recommendation(id: string, position = 0): Recommendation {
  return {
    item: {
      id,
      title: `Title ${id}`,
      description: '',
      category: '',
      availability: 'in-stock',
      popularity: 0,
      attributes: {},
    },
    score: 1,
    source: 'catalog',
    contributions: {},
    reason: '',
    position,
  };
}

export const STATUS: Status = {
  consent: 'pending',
  learning: true,
  leading: true,
  items: 3,
  events: 1,
  dismissed: 0,
  lastUpdate: null,
  windows: 0,
  rejected: 0,
  backend: { encoders: null, learner: 'javascript', runs: [] },
  experts: [],
  weights: {},
};

const UNCHANGED: ImportResult = { added: 0, known: 0, leftOut: 0, exact: true };

/** A recommender whose responses a test decides; `change()` emits the event `change`. */
export class FakeRecommender {
  readonly requests: RecommendRequest[] = [];
  readonly listeners = new Set<(status: Status) => void>();
  readonly onError = new Set<(error: SidestreamError) => void>();
  ids: string[] = ['a', 'b', 'c'];
  failure: Error | null = null;
  /** Responses wait for this promise. */
  gate: Promise<void> = Promise.resolve();
  #responses = 0;

  get recommender(): Recommender {
    const nothing = async () => undefined;
    return {
      recommend: (request) => this.#recommend(request ?? {}),
      recommendSegments: async ({ by }) => ({ id: 's', by, segments: [] }),
      recommendRows: async () => ({ id: 'w', rows: [] }),
      find: async () => ({ id: 'f', items: [], by: 'words', similar: false }),
      rerank: async (ids) => ({ id: 'r', ids: [...ids] }),
      explain: async (id) => ({
        ...recommendation(id),
        placement: 'for-you',
        contributions: {},
        contributors: [],
        experts: [],
        reason: '',
      }),
      track: nothing,
      profile: {
        consent: nothing,
        setHints: nothing,
        snapshots: async () => [],
        rollback: nothing,
        export: async () => new Blob(),
        import: async () => UNCHANGED,
        merge: async () => UNCHANGED,
        reset: nothing,
        forget: nothing,
      },
      catalog: {
        get: async () => null,
        products: async (ids) => ids.map((id) => ({ item: recommendation(id).item, options: [], variants: [] })),
        browse: async () => ({ items: [], total: 0 }),
        categories: async () => [],
        insert: async () => recommendation('new').item,
        updateOffers: async () => ({ changed: 0, unknown: [] }),
      },
      experiment: { metrics: async () => ({ variant: null, rows: [] }) },
      status: {
        get: async () => STATUS,
        settled: nothing,
        inspect: async () => {
          throw new Error('nothing to inspect');
        },
      },
      close: nothing,
      on: (type, listener) => {
        if (type === 'error') {
          const onError = listener as (error: SidestreamError) => void;
          this.onError.add(onError);
          return () => this.onError.delete(onError);
        }
        if (type !== 'change') return () => undefined;
        const onChange = listener as (status: Status) => void;
        this.listeners.add(onChange);
        return () => this.listeners.delete(onChange);
      },
    };
  }

  change(status: Partial<Status> = {}): void {
    for (const listener of this.listeners) listener({ ...STATUS, ...status });
  }

  async #recommend(request: RecommendRequest): Promise<RecommendResponse> {
    this.requests.push(request);
    const { ids, failure } = this;
    await this.gate;
    if (failure) throw failure;
    this.#responses += 1;
    return {
      id: `r${this.#responses}`,
      placement: request.placement ?? 'for-you',
      items: ids.map((id, position) => recommendation(id, position)),
    };
  }
}
