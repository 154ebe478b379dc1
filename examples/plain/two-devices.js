import { createRecommender } from '/sidestream/sidestream.js';

const form = document.querySelector('form');
const { passphrase, save, file } = form.elements;
const said = form.querySelector('output');
const bar = form.querySelector('progress');

const recommender = await createRecommender({
  bundle: '/bundle/',
  onProgress({ stage, loaded, total }) {
    if (stage !== 'merge') return;
    bar.hidden = loaded === total;
    bar.max = total;
    bar.value = loaded;
  },
});
document.querySelector('sidestream-recs').recommender = recommender;

save.onclick = () =>
  run(async () => {
    const url = URL.createObjectURL(await recommender.profile.export(passphrase.value || undefined));
    Object.assign(document.createElement('a'), { href: url, download: 'shop.profile' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return 'The file was saved. Open this page on your other device, and merge it there.';
  });

file.onchange = () =>
  run(async () => {
    const { added, known, exact } = await recommender.profile.merge(file.files[0], passphrase.value || undefined);
    const counts = `${added} events came from the other device; ${known} were known here.`;
    return exact ? counts : `${counts} One of the two devices no longer had its oldest events.`;
  });

/** Shows the result of some work, or why it failed. */
async function run(work) {
  save.disabled = file.disabled = true;
  try {
    said.textContent = await work();
  } catch (error) {
    said.textContent = error.message;
  } finally {
    save.disabled = file.disabled = false;
    file.value = '';
    bar.hidden = true;
  }
}
