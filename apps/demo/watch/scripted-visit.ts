import type { Recommender } from '../../../src/device/protocol';
import { SidestreamError } from '../../../src/error';
import { categoryTree } from '../category';
import type { Item } from '../session';
import { type Frame, makeFrame, topCategory } from './frame';
import { CHOICES, chapterOf, SUITABLE, spread, tastesOf } from './script';

/**
 * `opening`: the recommender is starting. `ready`: nothing was chosen yet. `running`, `paused`: between two choices of the script.
 * `done`: the script has ended. `failed`: see `failure`.
 */
export type Phase = 'opening' | 'ready' | 'running' | 'paused' | 'done' | 'failed';

/** Products in the list. */
export const LIST_LENGTH = 12;
const ORIGIN = { placement: 'for-you' } as const;
const FOR_YOU = { ...ORIGIN, limit: LIST_LENGTH };

/** A scripted shopper's visit on a separate recommender: choices are tracked, and lists requested, as in the shop. */
export class ScriptedVisit {
  phase: Phase = 'opening';
  failure: SidestreamError | null = null;
  /** The first frame is the one before the first choice. */
  frames: Frame[] = [];
  /** Names of the two top categories that the shopper likes. */
  tastes: [string, string] = ['', ''];
  readonly #opening: Promise<Recommender>;
  readonly #shelves = new Map<string, Item[]>();
  #pause = 0;
  /** The choice in progress: choices run one after the other. */
  #busy: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #runs = 0;
  #closed = false;

  /**
   * @param open starts a recommender that nothing else uses
   * @param pair number of the pair of tastes
   * @param changed is called after every change
   */
  constructor(
    open: () => Promise<Recommender>,
    private readonly pair: number,
    private readonly changed: () => void,
  ) {
    this.#opening = open();
    void this.#attempt(() => this.#start());
  }

  get frame(): Frame | undefined {
    return this.frames.at(-1);
  }

  /** Milliseconds from one choice of the script to the next; 0 for no wait. */
  set pace(milliseconds: number) {
    this.#pause = milliseconds;
    this.#wake();
  }

  play(): void {
    if (this.phase !== 'ready' && this.phase !== 'paused') return;
    this.#become('running');
    void this.#run();
  }

  pause(): void {
    if (this.phase !== 'running') return;
    this.#become('paused');
    this.#wake();
  }

  /** Makes one choice of the script, and pauses. */
  async step(): Promise<void> {
    if (this.phase === 'running') this.pause();
    if (this.phase !== 'ready' && this.phase !== 'paused') return;
    this.#become('paused');
    await this.#inTurn(() => this.#next());
  }

  /** Forgets everything learned from the visit, and starts again. */
  async restart(): Promise<void> {
    if (this.phase === 'opening' || this.phase === 'failed') return;
    this.pause();
    await this.#inTurn(async () => {
      await (await this.#opening).profile.reset();
      this.frames = [];
      await this.#begin();
    });
  }

  /** Ends the recommender; its profile is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    const recommender = await this.#opening.catch(() => null);
    await recommender?.close();
  }

  async #start(): Promise<void> {
    const recommender = await this.#opening;
    const tastes = tastesOf(categoryTree(await recommender.catalog.categories()), this.pair);
    if (!tastes) {
      const text = 'This needs a catalogue with two categories of 24 products or more, and this one has fewer.';
      throw new SidestreamError('runtime/invalid-input', text);
    }
    this.tastes = [tastes[0].name, tastes[1].name];
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#show({ chapter: null, chosen: null, position: null }, performance.now());
    this.#become('ready');
  }

  async #run(): Promise<void> {
    const run = ++this.#runs;
    // After pausing and playing again at once, an earlier run must not continue beside the new one.
    const goesOn = (): boolean => this.phase === 'running' && run === this.#runs && !this.#closed;
    while (goesOn()) {
      await this.#inTurn(async () => {
        if (goesOn()) await this.#next();
      });
      if (goesOn()) await this.#wait();
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #next(): Promise<void> {
    const at = chapterOf(this.frames.length);
    if (!at) return this.#become('done');
    const taste = this.tastes[at.chapter.taste];
    const chosen = new Set(this.frames.map((frame) => frame.chosen?.id));
    const isNew = ({ id }: Item): boolean => !chosen.has(id);
    const suitable = this.frame?.list.filter((item) => topCategory(item) === taste && isNew(item)) ?? [];
    const item = suitable[Math.min(SUITABLE, suitable.length - 1)] ?? (await this.#shelf(taste)).find(isNew);
    if (!item) return this.#become('done');
    await this.#choose(item, at.index);
    if (this.frames.length > CHOICES) this.#become('done');
  }

  /** The products of a top category. */
  async #shelf(category: string): Promise<Item[]> {
    const known = this.#shelves.get(category);
    if (known) return known;
    const { items } = await (await this.#opening).catalog.browse({ category, limit: 1000 });
    const shelf = spread(items);
    this.#shelves.set(category, shelf);
    return shelf;
  }

  async #choose(item: Item, chapter: number): Promise<void> {
    const recommender = await this.#opening;
    const { list, recommendationId } = this.frame ?? { list: [], recommendationId: '' };
    const place = list.findIndex(({ id }) => id === item.id);
    const position = place < 0 ? null : place;
    const started = performance.now();
    await recommender.track('click', item.id, position === null ? {} : { ...ORIGIN, position, recommendationId });
    await this.#show({ chapter, chosen: item, position }, started);
  }

  async #show(made: Pick<Frame, 'chapter' | 'chosen' | 'position'>, started: number): Promise<void> {
    const recommender = await this.#opening;
    const list = await recommender.recommend(FOR_YOU);
    const duration = performance.now() - started;
    const [first] = list.items;
    const [status, explanation] = await Promise.all([
      recommender.status.get(),
      first ? recommender.explain(first.item.id, FOR_YOU) : null,
    ]);
    const choice = this.frames.length;
    this.frames = [
      ...this.frames,
      makeFrame(this.frame, { ...made, choice, duration }, { list, status, explanation }, this.tastes),
    ];
    this.changed();
  }

  /** Runs work after the choice in progress. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#busy = this.#busy.then(() => this.#attempt(work));
    return this.#busy;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#closed) return;
    try {
      await work();
    } catch (thrown) {
      if (this.#closed) return;
      this.failure = SidestreamError.from(thrown);
      this.#become('failed');
    }
  }

  #become(phase: Phase): void {
    this.phase = phase;
    this.changed();
  }
}
