import { notFound } from 'next/navigation';
import { firstList } from '../../lists';
import { products } from '../../products';
import { Recommendations } from '../../recommendations';
import { AddToCart, TrackView } from './tracking';

export const generateStaticParams = () => products.map(({ id }) => ({ id }));

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const product = products.find((one) => one.id === id);
  if (!product) notFound();
  return (
    <main>
      <h1>{product.title}</h1>
      <p>{product.price}</p>
      <AddToCart id={id} />
      <TrackView id={id} />
      <Recommendations
        placement="similar"
        item-id={id}
        add-to-cart
        dangerouslySetInnerHTML={{ __html: firstList(`similar/item/${id}`) }}
      />
    </main>
  );
}
