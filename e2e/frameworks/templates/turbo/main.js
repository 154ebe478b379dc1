import '@hotwired/turbo';
import 'sidestream/encoder-files';
import * as sidestream from 'sidestream';
import { connectAttributes } from 'sidestream/adapters';

globalThis.sidestream = sidestream;

// Runs once, whatever pages Turbo shows. The lists find the recommender on their own.
const recommender = await sidestream.createRecommender({ bundle: '/bundle/' });
connectAttributes(recommender);

// A list of the page's own, refreshed together with the element's.
async function refresh() {
  const { items } = await recommender.recommend({ limit: 3 });
  const entries = items.map(({ item, reason }) =>
    Object.assign(document.createElement('li'), { textContent: `${item.title}: ${reason}` }),
  );
  document.querySelector('#own')?.replaceChildren(...entries);
}
recommender.on('change', refresh);
// Turbo shows a page from its cache, or from the server, without what scripts put into it.
document.addEventListener('turbo:load', refresh);
await refresh();
