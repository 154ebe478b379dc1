import { rankResults } from '/sidestream/adapters.js';
import { createRecommender } from '/sidestream/sidestream.js';
import { algolia, meilisearch, typesense } from './search-services.js';

// Your own: `search.html?service=meilisearch` tries another one.
const services = { algolia, meilisearch, typesense };
const service = new URLSearchParams(location.search).get('service') ?? 'algolia';
const searchWith = services[service]({
  address: '/search-service',
  application: 'APP',
  key: 'SEARCH-KEY',
  index: 'products',
});

const form = document.querySelector('form');
const list = document.querySelector('#results');
const more = document.querySelector('#more');
const said = document.querySelector('output');

/** Null if it cannot start: a search must not fail for that. */
const starting = createRecommender({ bundle: '/bundle/' }).catch((thrown) => console.warn(thrown));

/** The search that is shown, and the number of its next page. */
let shown = null;

form.onsubmit = (event) => {
  event.preventDefault();
  list.replaceChildren();
  more.hidden = true;
  shown = { results: search(form.elements.q.value), next: 0, isLoading: false };
  return showNext();
};
more.onclick = showNext;

async function search(words) {
  const recommender = await starting;
  const inOrder = { rerank: async (ids) => ({ id: null, ids }) };
  return rankResults(recommender ?? inOrder, searchWith(words), { window: 100, pageSize: 12, strength: 0.6 });
}

async function showNext() {
  const search = shown;
  if (search.isLoading) return;
  search.isLoading = true;
  let text = '';
  try {
    const { ids, position, isLast, recommendationId } = await (await search.results).page(search.next);
    const cards = await Promise.all(ids.map((id, n) => card(id, position + n, recommendationId)));
    // Meanwhile there may be another search.
    if (search !== shown) return;
    search.next++;
    list.append(...cards);
    more.hidden = isLast;
    if (list.children.length === 0) text = 'Nothing was found.';
  } catch ({ message }) {
    text = `The search failed: ${message}. Try again.`;
  }
  search.isLoading = false;
  if (search === shown) said.textContent = text;
}

async function card(id, position, recommendationId) {
  const recommender = await starting;
  // The service may have products that the bundle lacks: take them from your shop.
  const { title, image } = (await recommender?.catalog.get(id)) ?? { title: id };
  const link = Object.assign(document.createElement('a'), { href: `index.html#${id}` });
  if (image)
    link.append(Object.assign(document.createElement('img'), { src: image, alt: '', width: 160, height: 160 }));
  link.append(title);
  link.onclick = () =>
    recommender?.track('click', id, { placement: 'search', position, ...(recommendationId && { recommendationId }) });
  const item = document.createElement('li');
  item.append(link);
  return item;
}
