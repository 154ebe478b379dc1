import { List } from './List';
import { Shop } from './Shop';

export default function Page() {
  return (
    <main>
      <h1>Good things</h1>
      <Shop />
      <List />
    </main>
  );
}
