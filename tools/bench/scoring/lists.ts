import type { EventType, LoggedEvent } from '../../../src/core/events';
import { Learner, type LearnerCatalog } from '../../../src/device/learner';
import { listsInView, type RankRequest, rank } from '../../../src/device/ranking';
import { type Timed, timed } from '../timing';

/** Choices measured after each history, and some before that are not. */
const [ROUNDS, WARM_UP] = [100, 20];
/** Items that no history holds: what is chosen while it is measured. */
const KEPT_BACK = 1000;
/** Choices between two dismissals. */
const DISMISS_EVERY = 10;

/** Times after a history of so many choices. */
export interface ListTimes {
  choices: number;
  /** The list for you after one more choice: all terms, ranks and reasons. The experts' scores belong to their update. */
  list: Timed;
  /** Learning that choice, and the experts' scores after it. */
  update: Timed;
  experts: number;
}

/** A list after a choice of a shopper with so many choices. */
export async function listTimes({ index, ...catalog }: LearnerCatalog, choices: number): Promise<ListTimes> {
  const learner = new Learner({ index, ...catalog }, { experts: true });
  const remembered = index.items.length - KEPT_BACK;
  let events = 0;
  const event = (type: EventType, row: number): LoggedEvent => ({
    ...{ id: ++events, type, itemId: index.items[row].id, time: 1_700_000_000_000 + 60_000 * events },
  });
  // Remembered but, to save time, not learned one by one.
  for (let n = 1; learner.history.total < choices; n++) {
    const row = (617 * n) % remembered;
    learner.history.add(event(n % DISMISS_EVERY === 0 ? 'dismiss' : 'click', row), row);
  }
  const [list, update] = [timed(), timed()];
  const request: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const row = remembered + ((617 * round) % KEPT_BACK);
    const measured = round >= WARM_UP ? { list, update } : { list: timed(), update: timed() };
    await measured.update.of(async () => {
      learner.observe(event('click', row));
      learner.contributionsOf(row);
    });
    await measured.list.of(async () => rank(index, learner.state, request));
  }
  return { choices, list, update, experts: learner.status.experts.length };
}

/** A list similar to so many items in view, none of which was in view before. */
export async function similarTimes(catalog: LearnerCatalog, anchors: number): Promise<Timed> {
  const { index } = catalog;
  const { aboutItems } = await listsInView();
  const time = timed();
  const { state } = new Learner(catalog, { experts: false });
  for (let round = 0; round < 24; round++) {
    const ids = Array.from({ length: anchors }, (_, n) => index.items[(31 * n + 997 * round) % index.items.length].id);
    const plain: RankRequest = { placement: 'similar', row: null, limit: 8, exclude: new Set() };
    const request = aboutItems(index, plain, ids);
    const counted = round < 4 ? timed() : time;
    await counted.of(async () => rank(index, state, request));
  }
  return time;
}
