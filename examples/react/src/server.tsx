import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { App, type Link } from './App';

/** What a server puts into `#root`, with `popular` as JSON in its `data-popular`. */
export const render = (popular: Link[]): string =>
  renderToString(
    <StrictMode>
      <App popular={popular} />
    </StrictMode>,
  );
