import 'sidestream/encoder-files';
import * as sidestream from 'sidestream';
import { sharedRecommender } from 'sidestream/element';

globalThis.sidestream = sidestream;

// A list of the page's own, refreshed together with the element's.
const recommender = await sharedRecommender({ bundle: '/bundle/' });
async function refresh() {
  const { items } = await recommender.recommend({ limit: 3 });
  const entries = items.map(({ item, reason }) =>
    Object.assign(document.createElement('li'), { textContent: `${item.title}: ${reason}` }),
  );
  document.querySelector('#own').replaceChildren(...entries);
}
recommender.on('change', refresh);
await refresh();
