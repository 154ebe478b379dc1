import { beaconSink, callbackSink, connectAttributes, ga4Sink } from '/sidestream/adapters.js';
import { askConsent, notedConsent } from '/sidestream/consent.js';
import { createRecommender } from '/sidestream/sidestream.js';

// One hook may feed several places: a server, GA4, and the page itself if it has room for the lines.
const lines = document.querySelector('#lines');
const toPage = callbackSink((line) => {
  lines.textContent = `${lines.dataset.begun ? lines.textContent : ''}${JSON.stringify(line)}\n`;
  lines.dataset.begun = 'yes';
});
const sinks = [beaconSink('/metrics'), ga4Sink(), ...(lines ? [toPage] : [])];
const toAll = (...report) => Promise.all(sinks.map((sink) => sink(...report)));

const options = { bundle: '/bundle/', consent: notedConsent(), onMetric: toAll };
const starting = fetch('/pilot.json', { cache: 'no-cache' })
  .then((response) => response.json())
  .then((experiment) => createRecommender({ ...options, experiment }))
  .catch((error) => {
    console.error('No pilot on this page: no learned lists, and nobody is counted. Mend /pilot.json:', error);
    return createRecommender({ ...options, learning: false });
  });
// Called before any await, so a no, and "Privacy choices", also delete while the bundle is loading, or if it cannot be loaded.
askConsent(starting, { question: '#remember', choices: '#choices', notes: ['recommendations-order'] });
export const recommender = await starting;
recommender.on('error', ({ code, message }) => console.warn(code, message));

// The order of this page, or one whose page was left too early. Its number makes it count once.
const countOrder = async () => {
  const order = window.placedOrder ?? JSON.parse(localStorage.getItem('recommendations-order'));
  if (!order) return;
  const track = ({ id, ...line }) => recommender.track('purchase', id, { ...line, transactionId: order.number });
  // A product that the bundle lacks is refused, and must not hold up the others.
  for (const { reason } of await Promise.allSettled(order.lines.map(track))) if (reason) console.warn(reason.message);
  localStorage.removeItem('recommendations-order');
};
countOrder().catch((error) => console.warn('The order is not counted:', error));

for (const list of document.querySelectorAll('sidestream-recs')) list.recommender = recommender;
connectAttributes(recommender, { debug: location.hostname === 'localhost' });

// Only for display: the variant of this page. With consent it stays the same from page to page.
const variant = document.querySelector('#variant');
const showVariant = async () => {
  variant.textContent = (await recommender.experiment.metrics()).variant ?? 'in no experiment';
};
recommender.on('change', showVariant);
await showVariant();
