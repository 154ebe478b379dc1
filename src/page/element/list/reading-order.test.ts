import { describe, expect, it } from 'vitest';
import { FakeRecommender } from '../../../../testing/fake-recommender';
import { type Placed, RequestTurns } from './reading-order';

/** An element with only a place in the document. */
class Spot implements Placed {
  constructor(readonly at: number) {}
  compareDocumentPosition(other: unknown): number {
    return other instanceof Spot && other.at > this.at ? 4 : 2;
  }
}

describe('RequestTurns', () => {
  it('serves lists in reading order, one at a time, whatever order they come in', async () => {
    const turns = new RequestTurns(new FakeRecommender().recommender);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`${name} ends`);
    };
    const done = [3, 1, 2].map((at) => turns.take(new Spot(at), work(`${at}`)));
    await Promise.all(done);
    expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  it('shares one response between equal requests of a round, and sends a repeated one again', async () => {
    const fake = new FakeRecommender();
    const turns = new RequestTurns(fake.recommender);
    const spots = [1, 2, 3].map((at) => new Spot(at));
    const request = (list: number, limit: number) =>
      turns.take(spots[list], async () => {
        await turns.request({ placement: 'recent', limit });
      });
    await Promise.all([request(0, 4), request(1, 4), request(2, 5)]);
    expect(fake.requests.map(({ limit }) => limit)).toEqual([4, 5]);
    await request(0, 4);
    expect(fake.requests).toHaveLength(3);
  });
});
