import Link from 'next/link';
import { products } from './products';
import { Recommendations } from './recommendations';

/** A card of the shop's own. React has no children for a template, so it is given as HTML. */
const CARD = `
  <style>
    a { display: block; color: inherit; text-decoration: none; }
    img { inline-size: 100%; aspect-ratio: 1; object-fit: contain; }
    small { opacity: .75; }
  </style>
  <a href="{href}"><img src="{image}" alt="" />{title}<br /><b data-if="priceFrom">{priceFrom}</b><b data-unless="priceFrom">{price}</b></a>
  <small data-if="reason">{reason}</small>`;

export default function Home() {
  return (
    <main>
      <Recommendations layout="row">
        <template dangerouslySetInnerHTML={{ __html: CARD }} />
      </Recommendations>
      <h2>Everything</h2>
      <ul>
        {products.map(({ id, title }) => (
          <li key={id}>
            <Link href={`/product/${id}`}>{title}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
