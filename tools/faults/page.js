/**
 * The shopper of a round: starts the recommender, reports what a shopper would see, then goes through the steps that
 * the process outside has planned. `started`, `steps`, `acknowledged`, `denying`, `denied` and `failed` are functions of
 * that process (see round.ts); what they receive is safe from the kill. The address has the number of this tab.
 */
import { createRecommender } from '/sidestream/sidestream.js';

const { started, steps, acknowledged, denying, denied, failed } = window;
const tab = Number(new URL(location.href).searchParams.get('tab') ?? 1);

try {
  const recommender = await createRecommender({ bundle: '/bundle/', consent: 'granted' });
  const { items: list } = await recommender.recommend();
  const time = performance.now();
  recommender.on('error', ({ code, message }) => failed(`${code}: ${message}`));
  const { events } = await recommender.status();
  const { items: catalogue } = await recommender.browse({ limit: 10_000 });
  if (tab === 1) await started({ time, listed: list.length, events });

  for (const { events, recommend, deny, pause } of await steps(tab)) {
    // Together, as a page does it that waits for nothing; each is reported as soon as it is acknowledged itself.
    await Promise.all(
      events.map(async ({ name, type, place }) => {
        const { id } = catalogue[Math.floor(place * catalogue.length)];
        await recommender.track(type, id, { recommendationId: name });
        acknowledged(`${name} ${type} ${id}`);
      }),
    );
    if (deny) {
      await denying();
      await recommender.consent('denied');
      await denied();
    }
    if (recommend) await recommender.recommend({ limit: 12 });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
} catch (error) {
  failed(String(error));
}
