import { expect, it, vi } from 'vitest';
import { SidestreamError } from '../../../src/error';
import { studioState } from '../../../testing/studio-state';
import { type BuildWorker, EMPTY_STATE, type EncodeUpdate, type LearnWorker, type Progress } from '../session';
import { STEPS } from './steps';
import { StudioSession } from './studio-session';

// The tests run in Node, which has no storage of a page.
vi.stubGlobal('localStorage', { getItem: () => null, setItem() {}, removeItem() {} });

const full = studioState();
const encoded = { ...EMPTY_STATE, catalog: full.catalog, bundle: full.bundle };
const progress: Progress = { stage: 'Texts', done: 1, total: 4, perSecond: null, secondsLeft: null };
const unexpected = async (): Promise<never> => {
  throw new Error('not expected');
};

function opened(build: Partial<BuildWorker>, learn: Partial<LearnWorker> = {}): StudioSession {
  return new StudioSession(
    {
      state: async () => EMPTY_STATE,
      readCatalog: unexpected,
      addPictures: unexpected,
      encode: unexpected,
      pause: unexpected,
      startOver: async () => EMPTY_STATE,
      ...build,
    },
    { readLog: unexpected, recount: unexpected, train: unexpected, stop: unexpected, ...learn },
  );
}

const statuses = (session: StudioSession) => STEPS.map(({ name }) => session.statusOf(name));

it('has a status for each step', async () => {
  const session = opened({ state: async () => full });
  expect(statuses(session)).toEqual(['to do', 'to do', 'to do', 'to do', 'to do']);
  await session.open();
  expect(statuses(session)).toEqual(['done', 'done', 'done', 'to do', 'to do']);
});

it('resumes what an earlier visit left, and says where', async () => {
  const fresh = opened({});
  await fresh.open();
  expect([fresh.opened, fresh.resumed]).toEqual([true, null]);
  const resumed = opened({ state: async () => encoded });
  await resumed.open();
  expect([resumed.state, resumed.resumed]).toEqual([encoded, 'learn']);
});

it('can be opened again after a failure', async () => {
  const state = vi.fn().mockRejectedValueOnce(new SidestreamError('store/corrupt', 'Unreadable.'));
  const session = opened({ state: state.mockResolvedValue(encoded) });
  await session.open();
  expect([session.opened, session.failure?.code]).toEqual([false, 'store/corrupt']);
  await session.open();
  expect([session.opened, session.failure]).toEqual([true, null]);
});

it('reports progress and one task at a time, and keeps the samples while it encodes', async () => {
  let tell: (update: EncodeUpdate) => void = () => undefined;
  let end: () => void = () => undefined;
  const encode = vi.fn(async (on: typeof tell) => {
    tell = on;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return encoded;
  });
  const session = opened({ encode });
  const listener = vi.fn();
  session.subscribe(listener);
  const running = session.encode();
  expect([session.statusOf('encode'), session.waits]).toEqual([
    'running',
    'Wait until the work that runs has ended, or end it.',
  ]);
  const backend = { kind: 'webgpu' as const, workers: 1, why: null };
  tell({ progress, backend, samples: [] });
  tell({ progress: { ...progress, done: 2 }, backend: null });
  expect(session.encoding).toMatchObject({ backend, samples: [] });
  expect(session.running?.progress?.done).toBe(2);
  expect(session.spoken).toBe('Texts: 50 % done');
  await session.encode();
  await session.readCatalog([]);
  expect(encode).toHaveBeenCalledOnce();
  end();
  await running;
  expect([session.running, session.state, session.spoken]).toEqual([null, encoded, '1,204 products encoded.']);
  // A late report.
  tell({ progress, backend });
  expect(session.running).toBeNull();
  expect(listener).toHaveBeenCalled();
});

it('pauses without a failure, and continues', async () => {
  let abort: (error: SidestreamError) => void = () => undefined;
  const encode = vi
    .fn<BuildWorker['encode']>()
    .mockImplementationOnce(
      () =>
        new Promise((_, reject) => {
          abort = reject;
        }),
    )
    .mockResolvedValueOnce(encoded);
  const pause = vi.fn(async () => abort(new SidestreamError('runtime/aborted', 'Paused.')));
  const session = opened({ encode, pause });
  const running = session.encode();
  await session.pause();
  await running;
  expect([session.paused, session.failureOf('encode'), session.statusOf('encode')]).toEqual([true, null, 'to do']);
  // There is nothing to pause.
  await session.pause();
  expect(pause).toHaveBeenCalledOnce();
  await session.encode();
  expect([session.paused, session.state]).toEqual([false, encoded]);
});

it('keeps a failure with its step until the next attempt, and what there was before', async () => {
  const full = new SidestreamError('store/full', 'The disk is full. Free some space.');
  const encode = vi.fn<BuildWorker['encode']>().mockRejectedValueOnce(full).mockResolvedValueOnce(encoded);
  const session = opened({ encode, state: async () => encoded });
  await session.open();
  await session.encode();
  expect([session.failureOf('encode'), session.state, session.paused]).toEqual([full, encoded, false]);
  expect(statuses(session)).toEqual(['done', 'failed', 'to do', 'to do', 'to do']);
  await session.encode();
  expect(session.failureOf('encode')).toBeNull();
});

it('forgets what was about the products before', async () => {
  const only = { ...EMPTY_STATE, catalog: full.catalog };
  const session = opened({
    encode: async (on) => {
      on({ progress, backend: null });
      throw new SidestreamError('store/full', 'Full.');
    },
    readCatalog: async () => only,
  });
  await session.encode();
  await session.readCatalog([]);
  expect(session.encoding).toBeNull();
  expect(statuses(session)).toEqual(['done', 'to do', 'to do', 'to do', 'to do']);
  expect(session.state).toBe(only);
});

it('keeps the result of a training with the bundle that has grown', async () => {
  const { log, learned } = full;
  if (!log || !learned) throw new Error('a full state');
  const grown = { ...encoded, bundle: full.bundle && { ...full.bundle, bytes: 99 } };
  const session = opened(
    { state: async () => grown },
    {
      readLog: async () => log,
      train: async (on) => {
        on(learned);
        return learned;
      },
    },
  );
  await session.readLog([{ path: 'orders.csv', file: new File([], 'orders.csv') }]);
  expect([session.state.log, session.state.learned]).toEqual([log, null]);
  await session.train();
  expect(session.state).toEqual({ ...grown, log, learned });
  expect(session.spoken).toMatch(/^The side model helps/);
});

it('counts the events of a log again for the products of a new bundle', async () => {
  const { log } = full;
  const counted = log && { ...log, unknown: log.unknown + 7 };
  const build: Partial<BuildWorker> = { encode: async () => ({ ...encoded, log }) };
  const session = opened(build, { recount: async () => counted });
  await session.encode();
  expect([session.state.log, session.failureOf('log')]).toEqual([counted, null]);
  const failing = opened(build, {
    recount: async () => Promise.reject(new SidestreamError('store/corrupt', 'The log is damaged.')),
  });
  await failing.encode();
  expect([failing.state.log, failing.failureOf('log')?.code, failing.failureOf('encode')]).toEqual([
    log,
    'store/corrupt',
    null,
  ]);
});

it('ends what runs before it deletes everything', async () => {
  const calls: string[] = [];
  let abort: () => void = () => undefined;
  const session = opened({
    state: async () => encoded,
    encode: () =>
      new Promise((_, reject) => {
        abort = () => reject(new SidestreamError('runtime/aborted', 'Paused.'));
      }),
    pause: async () => {
      calls.push('pause');
      abort();
    },
    startOver: async () => {
      calls.push('start over');
      return EMPTY_STATE;
    },
  });
  await session.open();
  void session.encode();
  await session.startOver();
  expect(calls).toEqual(['pause', 'start over']);
  expect([session.state, session.resumed, session.paused, session.running]).toEqual([EMPTY_STATE, null, false, null]);
});
