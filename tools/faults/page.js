/**
 * The shopper of a round: starts the recommender, reports what a shopper would see, then performs the steps that
 * the outer process has planned. `started`, `steps`, `acknowledged`, `denying`, `denied` and `failed` are functions of
 * that process (see round.ts); their arguments are safe from the kill. The address has the number of this tab, and whether a
 * consent tool is asked.
 */
import { connectConsent } from '/sidestream/adapters.js';
import { createRecommender, eraseDevice } from '/sidestream/sidestream.js';

const { started, steps, acknowledged, denying, denied, failed } = window;
const { searchParams } = new URL(location.href);
const tab = Number(searchParams.get('tab') ?? 1);
const bundle = '/bundle/';

/** Lets the consent tool of the page answer; resolves when the answer has been carried out. */
function answerByTool(recommender, level) {
  window.dataLayer ??= [];
  window.dataLayer.push(['consent', 'update', { personalization_storage: level }]);
  return new Promise((resolve, reject) => {
    const disconnect = connectConsent(recommender, 'google', {
      onReport({ outcome, error }) {
        disconnect();
        if (outcome === 'applied') resolve();
        else reject(error ?? new Error(`the answer of the consent tool: ${outcome}`));
      },
    });
  });
}

async function start() {
  if (!searchParams.has('tool')) return createRecommender({ bundle, consent: 'granted' });
  const recommender = await createRecommender({ bundle, consent: 'pending' });
  await answerByTool(recommender, 'granted');
  return recommender;
}

/** The ways in which a shopper denies. */
const denials = {
  call: (recommender) => recommender.profile.consent('denied'),
  tool: (recommender) => answerByTool(recommender, 'denied'),
  erase: () => eraseDevice(),
  async gone(recommender) {
    await recommender.close();
    const outcome = await createRecommender({ bundle: '/gone/', consent: 'denied' }).catch(({ code }) => code);
    if (outcome !== 'bundle/unreachable') throw new Error(`a bundle that is gone: ${outcome}`);
  },
};

try {
  const recommender = await start();
  const { items: list } = await recommender.recommend();
  const time = performance.now();
  recommender.on('error', ({ code, message }) => failed(`${code}: ${message}`));
  const { events } = await recommender.status.get();
  const { items: catalogue } = await recommender.catalog.browse({ limit: 10_000 });
  if (tab === 1) await started({ time, listed: list.length, events });

  for (const { events, recommend, deny, pause } of await steps(tab)) {
    // All at once, like a page that waits for nothing; each is reported as soon as it is acknowledged.
    await Promise.all(
      events.map(async ({ name, type, place }) => {
        const { id } = catalogue[Math.floor(place * catalogue.length)];
        await recommender.track(type, id, { recommendationId: name });
        acknowledged(`${name} ${type} ${id}`);
      }),
    );
    if (deny) {
      await denying();
      await denials[deny](recommender);
      await denied(deny);
      // The recommender of the page is closed.
      if (deny === 'gone') break;
    }
    if (recommend) await recommender.recommend({ limit: 12 });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
} catch (error) {
  failed(String(error));
}
