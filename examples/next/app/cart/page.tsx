import { products } from '../products';
import { Recommendations } from '../recommendations';
import { Lines } from './lines';

export default function Cart() {
  return (
    <main>
      <h1>Cart</h1>
      <Lines titles={Object.fromEntries(products.map(({ id, title }) => [id, title]))} />
      <Recommendations cart-synced limit={4} />
    </main>
  );
}
