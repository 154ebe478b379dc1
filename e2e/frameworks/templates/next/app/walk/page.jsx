import { ServerRecommendations } from 'sidestream/react';
import { List } from './List';

export default function Page() {
  return (
    <main>
      <h1>Good things</h1>
      <ServerRecommendations bundle="/bundle/" heading="For you" href-template="#{id}">
        <a href="#p1">Red scarf</a>
      </ServerRecommendations>
      <List />
    </main>
  );
}
