import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { App, type Link } from './App';

/** The HTML of `#root`; the server puts `popular` as JSON into its `data-popular`. */
export const render = (popular: Link[]): string =>
  renderToString(
    <StrictMode>
      <App popular={popular} />
    </StrictMode>,
  );
