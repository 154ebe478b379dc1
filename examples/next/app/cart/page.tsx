import { products } from '../products';
import { Lines } from './lines';

export default function Cart() {
  return (
    <main>
      <h1>Cart</h1>
      <Lines products={products} />
    </main>
  );
}
