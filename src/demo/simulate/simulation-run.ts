import * as Comlink from 'comlink';
import { carryErrors } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { runPlan, timingOf } from '../../lab/simulate';
import type { Found, SimulationRequest, SimulationWorker } from './simulation-api';

/** Maximum number of workers: more would take memory, and small simulations would not end sooner. */
const MAX_WORKERS = 4;

export interface RunProgress {
  /** Number of choices so far, and in total; 0 of 0 while the shop's past is simulated. */
  done: number;
  total: number;
  /** Remaining seconds; null while unknown. */
  left: number | null;
}

/** A simulation in its own workers. Results do not depend on their number. */
export class SimulationRun {
  readonly #workers: Worker[] = [];
  readonly #size = Math.max(1, Math.min(MAX_WORKERS, globalThis.navigator?.hardwareConcurrency ?? 1));
  #done = 0;
  #total = 0;
  /** Time of the first choices, ms. */
  #since = 0;
  #fail: (thrown: unknown) => void = () => {};
  #stopped = false;

  /** @param onProgress called after every visit of a shopper */
  constructor(
    private readonly request: SimulationRequest,
    private readonly onProgress: (progress: RunProgress) => void,
  ) {}

  /**
   * Runs it, once.
   * @returns the findings; null if it was stopped
   * @throws SidestreamError any error of a worker: `bundle/...` for a bundle that cannot be read, `runtime/...`
   */
  async run(): Promise<Found | null> {
    try {
      const failed = new Promise<never>((_, reject) => {
        this.#fail = reject;
      });
      return await Promise.race([failed, this.#run()]);
    } catch (thrown) {
      if (this.#stopped) return null;
      throw SidestreamError.from(thrown);
    } finally {
      this.#end();
    }
  }

  stop(): void {
    this.#stopped = true;
    // A terminated worker never answers.
    this.#fail(new SidestreamError('runtime/closed', 'The simulation was stopped.'));
    this.#end();
  }

  async #run(): Promise<Found> {
    carryErrors();
    const started = performance.now();
    const remotes = Array.from({ length: this.#size }, () => this.#start());
    const onSteps = Comlink.proxy((steps: number) => this.#advance(steps));
    const plans = await Promise.all(remotes.map((remote) => remote.open(this.request, onSteps)));
    const [plan, first] = [plans[0], remotes[0]];
    if (!plan || !first) throw new SidestreamError('runtime/unexpected', 'No worker was started. Start again.');
    this.#total = plan.steps;
    this.#since = performance.now();
    this.#tell();
    const idle = new IdleWorkers(remotes);
    const simulated = await runPlan(plan, this.request.seed, (task) => idle.lend((remote) => remote.work(task)));
    const timing = timingOf(simulated, (performance.now() - started) / 1000, this.#size);
    return first.find({ ...simulated, timing });
  }

  #start(): Comlink.Remote<SimulationWorker> {
    const worker = new Worker(new URL('./simulation-worker.ts', import.meta.url), {
      type: 'module',
      name: 'simulation',
    });
    this.#workers.push(worker);
    worker.addEventListener('error', ({ message }) =>
      this.#fail(
        new SidestreamError(
          'runtime/unexpected',
          `The simulation could not continue: ${message || 'its code cannot be loaded'}. Reload the page and start again.`,
        ),
      ),
    );
    return Comlink.wrap<SimulationWorker>(worker);
  }

  #advance(steps: number): void {
    this.#done += steps;
    this.#tell();
  }

  #tell(): void {
    if (this.#stopped) return;
    const [done, total] = [this.#done, this.#total];
    const seconds = (performance.now() - this.#since) / 1000;
    this.onProgress({ done, total, left: done > 0 ? (seconds / done) * (total - done) : null });
  }

  #end(): void {
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }
}

/** Waiting workers and waiting tasks. */
class IdleWorkers<T> {
  readonly #idle: T[];
  readonly #waiting: ((worker: T) => void)[] = [];

  constructor(workers: readonly T[]) {
    this.#idle = [...workers];
  }

  /** Calls `use` with a worker that does nothing else meanwhile; first come, first served. */
  async lend<R>(use: (worker: T) => Promise<R>): Promise<R> {
    const worker = this.#idle.pop() ?? (await new Promise<T>((resolve) => this.#waiting.push(resolve)));
    try {
      return await use(worker);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#idle.push(worker);
    }
  }
}
