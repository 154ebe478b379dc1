import { createRecommender } from '/sidestream/sidestream.js';

// The recommender that the list and "pick three" share.
const recommender = await createRecommender({ bundle: '/bundle/' });

// The address says what the shopper is looking for: by a campaign of the shop, or by the words of a search.
const CAMPAIGNS = { pantry: { category: 'Food' }, playroom: { category: 'Toys' } };
const { utm_campaign: campaign, q: search } = Object.fromEntries(new URLSearchParams(location.search));
if (campaign || search)
  await recommender.profile.setHints({ ...CAMPAIGNS[campaign], ...(search && { search: search.slice(0, 200) }) });

const section = document.querySelector('#segments');
const lang = document.documentElement.lang;

async function showSegments() {
  const { id, segments } = await recommender.recommendSegments({ by: 'category', limit: 3, items: 3, lang });
  section.hidden = segments.length === 0;
  section.querySelector('.segments').replaceChildren(...segments.map((segment) => panel(segment, id)));
}

function panel({ value, items }, recommendationId) {
  const made = document.createElement('section');
  const heading = Object.assign(document.createElement('h3'), { textContent: value });
  const list = document.createElement('ul');
  list.append(...items.map((place) => entry(place, { placement: 'departments', recommendationId })));
  made.append(heading, list);
  return made;
}

function entry({ item, position, reason }, list) {
  const link = Object.assign(document.createElement('a'), { href: `index.html#${encodeURIComponent(item.id)}` });
  link.onclick = () => recommender.track('click', item.id, { ...list, position });
  if (item.image)
    link.append(Object.assign(document.createElement('img'), { src: item.image, alt: '', width: 96, height: 96 }));
  const text = Object.assign(document.createElement('span'), { textContent: item.title });
  link.append(text);
  const made = document.createElement('li');
  made.append(link);
  if (reason) made.append(Object.assign(document.createElement('small'), { textContent: reason }));
  return made;
}

recommender.on('change', showSegments);
await showSegments();
