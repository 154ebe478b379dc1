import { SidestreamError } from '../../../src/error';
import { Observed } from '../../demo/session-element';
import { type Columns, columnsIn } from '../files/columns';
import { sampleFiles, sampleProducts } from '../files/sample';
import {
  type BuildWorker,
  type DroppedFile,
  EMPTY_STATE,
  type EncodeUpdate,
  type LearnUpdate,
  type LearnWorker,
  type Progress,
  type StudioState,
} from '../session';
import { forgetShop } from './own-shop';
import { currentStep, type StepName, type StepStatus } from './steps';
import { counted, learnedSentence, progressSpoken } from './words';

/** Work that takes a while; one at a time. */
export type Task = 'catalogue' | 'pictures' | 'encode' | 'log' | 'train';

const STEP_OF: Record<Task, StepName> = {
  catalogue: 'catalogue',
  pictures: 'catalogue',
  encode: 'encode',
  log: 'learn',
  train: 'learn',
};

/** Files that this visit has read, with their columns, and those that the user chose. */
interface ReadFiles {
  files: DroppedFile[];
  columns: readonly string[];
  chosen: Columns;
}

export interface Running {
  task: Task;
  /** Null until the worker reports. */
  progress: Progress | null;
  /** Whether it was asked to end. */
  ending: boolean;
}

/** State and tasks of Studio, for all parts of its page. */
export class StudioSession extends Observed {
  state: StudioState = EMPTY_STATE;
  /** Whether the state is known. */
  opened = false;
  running: Running | null = null;
  /** The step at which an earlier visit ended; null if this visit started with nothing. */
  resumed: StepName | null = null;
  /** Why the state could not be read or deleted. */
  failure: SidestreamError | null = null;
  /** Last report of the encoding; null before the first. */
  encoding: EncodeUpdate | null = null;
  /** Whether encoding was paused and not continued. */
  paused = false;
  /** Last report of the side model's training; null before the first. */
  learning: LearnUpdate | null = null;
  /** Number of sample products that can be tried; 0 for none. */
  sample = 0;
  /** The files read last in this visit. */
  readonly read: Partial<Record<'catalogue' | 'log', ReadFiles>> = {};
  /** Next announcement of a screen reader. */
  spoken = '';
  readonly #failures = new Map<Task, SidestreamError>();
  /** Settles with the task that runs. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly build: BuildWorker,
    private readonly learn: LearnWorker,
  ) {
    super();
  }

  statusOf(step: StepName): StepStatus {
    const { catalog, bundle, learned } = this.state;
    if (this.running && STEP_OF[this.running.task] === step) return 'running';
    if ([...this.#failures.keys()].some((task) => STEP_OF[task] === step)) return 'failed';
    // The last two steps leave nothing in the state.
    const made = { catalogue: catalog, encode: bundle, learn: learned, try: null, 'take-away': null };
    return made[step] === null ? 'to do' : 'done';
  }

  /** Why no file can be taken now; empty if one can. */
  get waits(): string {
    if (!this.running) return '';
    const reading = this.running.task !== 'encode' && this.running.task !== 'train';
    return reading ? 'Wait until everything is read.' : 'Wait until the work that runs has ended, or end it.';
  }

  failureOf(task: Task): SidestreamError | null {
    return this.#failures.get(task) ?? null;
  }

  /** Reads what an earlier visit left; call it again after a failure. */
  open(): Promise<void> {
    return this.#attempt(async () => {
      this.state = await this.build.state();
      this.opened = true;
      if (this.state.catalog === null) this.sample = await sampleProducts();
      else this.resumed = currentStep(this.state);
    });
  }

  /** Reads or deletes the state. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    this.failure = null;
    try {
      await work();
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
    }
    this.changed();
  }

  /** @param chosen columns of fields that are not found by their names */
  readCatalog(given: DroppedFile[] | Promise<DroppedFile[]>, chosen: Columns = {}): Promise<void> {
    return this.#run('catalogue', async (on) => {
      const files = await this.#note('catalogue', given, chosen);
      this.state = await this.build.readCatalog(files, chosen, on);
      // Everything else was about other products.
      this.#forget();
      return `${counted(this.state.catalog?.products ?? 0, 'product')} read.`;
    });
  }

  async readSample(): Promise<void> {
    await this.readCatalog(sampleFiles('products.jsonl'));
    if (!this.failureOf('catalogue')) await this.addPictures(sampleFiles('pictures.zip'));
  }

  /** Notes the columns of the first file, for the menus. */
  async #note(
    task: 'catalogue' | 'log',
    given: DroppedFile[] | Promise<DroppedFile[]>,
    chosen: Columns,
  ): Promise<DroppedFile[]> {
    const files = await given;
    const columns = files[0] ? await columnsIn(files[0].file).catch(() => []) : [];
    this.read[task] = { files, columns, chosen };
    return files;
  }

  addPictures(files: DroppedFile[] | Promise<DroppedFile[]>): Promise<void> {
    return this.#run('pictures', async (on) => {
      this.state = await this.build.addPictures(await files, on);
      const { found, missingCount } = this.state.pictures ?? { found: 0, missingCount: 0 };
      return `${counted(found, 'picture')} found, ${missingCount} missing.`;
    });
  }

  /** Encodes the products, or continues it. */
  encode(): Promise<void> {
    return this.#run('encode', async (on) => {
      this.paused = false;
      try {
        this.state = await this.build.encode((update) => {
          const { backend, samples } = this.encoding ?? {};
          this.encoding = { ...update, backend: update.backend ?? backend ?? null, samples: update.samples ?? samples };
          on(update.progress);
        });
      } catch (thrown) {
        if (!isAborted(thrown)) throw thrown;
        this.paused = true;
        return 'Paused. All encoded products are kept.';
      }
      if (this.state.log) await this.#recount();
      return `${counted(this.state.bundle?.items ?? 0, 'product')} encoded.`;
    });
  }

  /** The log was read for an earlier bundle, which had other products. */
  async #recount(): Promise<void> {
    try {
      this.state = { ...this.state, log: await this.learn.recount() };
    } catch (thrown) {
      this.#failures.set('log', SidestreamError.from(thrown));
    }
  }

  pause(): Promise<void> {
    return this.#end('encode', () => this.build.pause());
  }

  /** Takes the first of the files. */
  readLog(given: DroppedFile[] | Promise<DroppedFile[]>, chosen: Columns = {}): Promise<void> {
    return this.#run('log', async (on) => {
      const [dropped] = await this.#note('log', given, chosen);
      if (!dropped) return '';
      const log = await this.learn.readLog(dropped.file, chosen, on);
      this.state = { ...this.state, log, learned: null };
      this.learning = null;
      return `${counted(log.events, 'event')} of ${counted(log.shoppers, 'shopper')} read.`;
    });
  }

  train(): Promise<void> {
    return this.#run('train', async (on) => {
      this.learning = null;
      const learned = await this.learn.train((update) => {
        this.learning = update;
        on(update.progress);
      });
      // The bundle has grown.
      this.state = { ...(await this.build.state()), log: this.state.log, learned };
      return learnedSentence(learned);
    });
  }

  /** Ends the training; its best epoch is kept. */
  stop(): Promise<void> {
    return this.#end('train', () => this.learn.stop());
  }

  /** Ends what runs, and deletes everything. */
  async startOver(): Promise<void> {
    await Promise.all([this.pause(), this.stop()]);
    await this.#work;
    await this.#attempt(async () => {
      this.state = await this.build.startOver();
      this.opened = true;
      this.#forget();
      this.#failures.clear();
      delete this.read.catalogue;
      this.sample = await sampleProducts();
      forgetShop();
      this.resumed = null;
      this.spoken = 'Everything was deleted.';
    });
  }

  /** @param work returns what a screen reader says at the end */
  async #run(task: Task, work: (on: (progress: Progress) => void) => Promise<string>): Promise<void> {
    if (this.running) return;
    this.running = { task, progress: null, ending: false };
    this.#failures.delete(task);
    this.#work = work((progress) => this.#progressed(task, progress))
      .then((spoken) => {
        this.spoken = spoken;
      })
      .catch((thrown: unknown) => {
        // It is shown as an alert, which is spoken at once.
        this.spoken = '';
        this.#failures.set(task, SidestreamError.from(thrown));
      })
      .then(() => {
        this.running = null;
        this.changed();
      });
    this.changed();
    await this.#work;
  }

  #progressed(task: Task, progress: Progress): void {
    // A report may be on its way when its task has ended.
    if (this.running?.task !== task) return;
    this.spoken = progressSpoken(this.running.progress, progress) ?? this.spoken;
    this.running = { ...this.running, progress };
    this.changed();
  }

  async #end(task: Task, end: () => Promise<void>): Promise<void> {
    if (this.running?.task !== task || this.running.ending) return;
    this.running = { ...this.running, ending: true };
    this.changed();
    try {
      await end();
    } catch (thrown) {
      this.#failures.set(task, SidestreamError.from(thrown));
      if (this.running) this.running = { ...this.running, ending: false };
      this.changed();
    }
  }

  #forget(): void {
    this.encoding = null;
    this.learning = null;
    this.paused = false;
    delete this.read.log;
    for (const task of ['pictures', 'encode', 'log', 'train'] as const) this.#failures.delete(task);
  }
}

const isAborted = (thrown: unknown): boolean => thrown instanceof SidestreamError && thrown.code === 'runtime/aborted';
