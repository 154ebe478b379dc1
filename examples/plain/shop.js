import { createRecommender } from '/sidestream/sidestream.js';

// One recommender for the page: the element's lists and ours.
const recommender = await createRecommender({ bundle: '/bundle/' });
document.querySelector('sidestream-recs').recommender = recommender;

const section = document.querySelector('#product');
/** Aborts the request for the previous product when the shopper opens another one. */
let leaving = new AbortController();

async function showProduct() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const item = await recommender.catalog.get(decodeURIComponent(location.hash.slice(1)));
  section.hidden = !item;
  if (!item || signal.aborted) return;
  section.querySelector('h2').textContent = item.title;
  section.querySelector('button').onclick = () =>
    recommender.track('cart', item.id, { price: item.price ?? undefined });
  await recommender.track('view', item.id);
  try {
    const { id, placement, items } = await recommender.recommend(
      { placement: 'complement', itemId: item.id, limit: 4 },
      { signal },
    );
    section
      .querySelector('ol')
      .replaceChildren(...items.map((place) => entry(place, { placement, recommendationId: id })));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function entry({ item, position, reason, source }, list) {
  const link = Object.assign(document.createElement('a'), { href: `#${encodeURIComponent(item.id)}` });
  link.textContent = item.title;
  link.onclick = () => recommender.track('click', item.id, { ...list, position });
  const made = document.createElement('li');
  made.dataset.source = source;
  made.append(link, reason && ` ${reason}`);
  // The list is in view as soon as it is rendered.
  recommender.track('impression', item.id, { ...list, position });
  return made;
}

addEventListener('hashchange', showProduct);
if (location.hash) await showProduct();
