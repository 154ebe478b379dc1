import 'sidestream/encoder-files';
import * as sidestream from 'sidestream';
import { sharedRecommender } from 'sidestream/element';
import { createSignal, For, onCleanup, onMount } from 'solid-js';
import { render } from 'solid-js/web';

globalThis.sidestream = sidestream;

function Shop() {
  const [items, setItems] = createSignal([]);
  let end = () => {};
  // A list of the page's own, refreshed together with the element's.
  onMount(async () => {
    const recommender = await sharedRecommender({ bundle: '/bundle/' });
    const refresh = async () => setItems((await recommender.recommend({ limit: 3 })).items);
    end = recommender.on('change', refresh);
    await refresh();
  });
  onCleanup(() => end());
  return (
    <main>
      <h1>Good things</h1>
      <sidestream-recs bundle="/bundle/" heading="For you" href-template="#{id}">
        <a href="#p1">Red scarf</a>
      </sidestream-recs>
      <ol id="own">
        <For each={items()}>
          {({ item, reason }) => (
            <li>
              {item.title}: {reason}
            </li>
          )}
        </For>
      </ol>
    </main>
  );
}

render(() => <Shop />, document.body);
