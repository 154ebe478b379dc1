import type { Recommender, RecommendRequest, RecommendResponse } from '../../protocol';

/** `Node.DOCUMENT_POSITION_FOLLOWING`, also where there is no Node. */
const FOLLOWING = 4;

/** What of an element its turn depends on. */
export type Placed = Pick<Node, 'compareDocumentPosition'>;

/**
 * The lists of one recommender ask one after another, in reading order. So each knows what those before it show and no
 * item comes twice, on the first try; and lists that ask the same share one answer.
 */
export class RequestTurns {
  readonly #waiting = new Map<Placed, () => Promise<void>>();
  readonly #answers = new Map<string, Promise<RecommendResponse>>();
  /** Lists that had their turn since the answers began. */
  readonly #served = new Set<Placed>();
  #serving = false;

  constructor(private readonly recommender: Pick<Recommender, 'recommend'>) {}

  /**
   * Runs `work` when it is the list's turn; resolves when it is done.
   * @param work must not reject; it calls `ask`.
   */
  take(list: Placed, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(list, () => work().finally(resolve));
      if (!this.#serving) void this.#serve();
    });
  }

  /** The answer to a request, the same for all lists that ask it in one go. */
  ask(request: RecommendRequest): Promise<RecommendResponse> {
    const key = JSON.stringify(request);
    const answer = this.#answers.get(key) ?? this.recommender.recommend(request);
    this.#answers.set(key, answer);
    return answer;
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    // Elements of a page wake up one by one: let all of them come before the first is served.
    await new Promise((resolve) => setTimeout(resolve));
    while (this.#waiting.size > 0) {
      const [first] = [...this.#waiting.keys()].sort(byReadingOrder);
      const work = this.#waiting.get(first);
      this.#waiting.delete(first);
      // Whoever asks again wants to know anew.
      if (this.#served.has(first)) this.#forget();
      this.#served.add(first);
      await work?.();
    }
    this.#forget();
    this.#serving = false;
  }

  #forget(): void {
    this.#answers.clear();
    this.#served.clear();
  }
}

function byReadingOrder(one: Placed, other: Placed): number {
  return one.compareDocumentPosition(other as Node) & FOLLOWING ? -1 : 1;
}

const turns = new WeakMap<Recommender, RequestTurns>();

/** The turns of a recommender's lists. */
export function turnsOf(recommender: Recommender): RequestTurns {
  const known = turns.get(recommender) ?? new RequestTurns(recommender);
  turns.set(recommender, known);
  return known;
}
