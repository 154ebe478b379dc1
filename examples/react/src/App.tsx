import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Item } from 'sidestream';
import { Recommendations } from 'sidestream/react';
import { RecommendationList } from './RecommendationList';
import { BUNDLE, shopRecommender, track } from './recommender';

/** A link that the server renders. */
export interface Link {
  id: string;
  title: string;
}

/** @param popular links for search engines and shoppers without JavaScript; they stay in the document */
export function App({ popular }: { popular: Link[] }) {
  const id = useProductInAddress();
  return (
    <main>
      <a href="#/">A shop in React</a>
      {id ? (
        <Product id={id} key={id} />
      ) : (
        <>
          <h1>Good things</h1>
          <RecommendationList heading="For you" placement="for-you" />
        </>
      )}
      <Recommendations
        bundle={BUNDLE}
        dismissible
        heading="Many chose these"
        href-template="#/p/{id}"
        layout="row"
        placement="trending"
      >
        {popular.map((link) => (
          <a href={`#/p/${encodeURIComponent(link.id)}`} key={link.id}>
            {link.title}
          </a>
        ))}
      </Recommendations>
    </main>
  );
}

function Product({ id }: { id: string }) {
  const item = useItem(id);
  return (
    <>
      <h1>{item?.title ?? '…'}</h1>
      {item && (
        <button onClick={() => track('cart', id, { quantity: 1, price: item.price ?? undefined })} type="button">
          Add to cart
        </button>
      )}
      <RecommendationList heading="You may also like" itemId={id} placement="complement" />
      <RecommendationList heading="More like it" itemId={id} placement="similar" />
    </>
  );
}

/** The product with this id, or null while it is loading or if there is no such product. Tracks a view. */
function useItem(id: string): Item | null {
  const [item, setItem] = useState<Item | null>(null);
  useEffect(() => {
    let here = true;
    shopRecommender()
      .then((recommender) => recommender.catalog.get(id))
      .then((found) => {
        if (!here || !found) return;
        setItem(found);
        track('view', id);
      })
      .catch((error: unknown) => console.warn(error));
    return () => {
      here = false;
    };
  }, [id]);
  return item;
}

function useProductInAddress(): string | null {
  const hash = useSyncExternalStore(
    (changed) => {
      addEventListener('hashchange', changed);
      return () => removeEventListener('hashchange', changed);
    },
    () => location.hash,
    () => '',
  );
  return hash.startsWith('#/p/') ? decodeURIComponent(hash.slice(4)) : null;
}
