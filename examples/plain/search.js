import { rankResults, searchTaste } from '/sidestream/adapters.js';
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

const starting = createRecommender({ bundle: '/bundle/' });

/** The search that is shown, and the number of its next page. */
let shown = null;

form.onsubmit = async (event) => {
  event.preventDefault();
  list.replaceChildren();
  const recommender = await starting;
  // Without consent there is none, and nothing about the shopper is sent.
  const taste = await searchTaste(recommender, { category: 'category' });
  const findIds = searchWith(form.elements.q.value, taste);
  shown = { results: rankResults(recommender, findIds, { window: 100, pageSize: 12, strength: 0.6 }), next: 0 };
  await showNext();
};
more.onclick = showNext;

async function showNext() {
  const search = shown;
  try {
    const { ids, position, isLast, recommendationId } = await search.results.page(search.next);
    const cards = await Promise.all(ids.map((id, n) => card(id, position + n, recommendationId)));
    // Meanwhile there may be another search.
    if (search !== shown) return;
    search.next++;
    list.append(...cards);
    more.hidden = isLast;
    said.textContent = list.children.length === 0 ? 'Nothing was found.' : '';
  } catch ({ message }) {
    said.textContent = `The search failed: ${message}. Try again.`;
  }
}

async function card(id, position, recommendationId) {
  const recommender = await starting;
  const { title, image } = await recommender.getItem(id);
  const link = Object.assign(document.createElement('a'), { href: `index.html#${id}` });
  link.append(Object.assign(document.createElement('img'), { src: image, alt: '', width: 160, height: 160 }), title);
  link.onclick = () =>
    recommender.track('click', id, { placement: 'search', position, ...(recommendationId && { recommendationId }) });
  const item = document.createElement('li');
  item.append(link);
  return item;
}
