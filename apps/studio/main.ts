import { html, render } from 'lit';
import { onlyTab, unsupported } from './page/browser-support';
import { connect } from './page/connect';
import { StudioApp } from './page/studio-app';
import { StudioSession } from './page/studio-session';

void show();

async function show(): Promise<void> {
  const why = await unsupported();
  if (why !== null) return say('Studio cannot run in this browser', why);
  await onlyTab(() =>
    say('Studio is open in another tab', 'Use that tab, or close it: this one continues by itself then.'),
  );
  const session = new StudioSession(
    connect(
      () => new Worker(new URL('./build/build-worker.ts', import.meta.url), { type: 'module', name: 'studio build' }),
    ),
    connect(
      () => new Worker(new URL('./learn/learn-worker.ts', import.meta.url), { type: 'module', name: 'studio learn' }),
    ),
  );
  await session.open();
  const app = new StudioApp();
  app.session = session;
  render('', document.body);
  document.body.append(app);
}

/** Shows a page without Studio. */
function say(title: string, text: string): void {
  render(
    html`
      <header class="studio-header spread page"><h1>Sidestream Studio</h1></header>
      <main class="page">
        <h2>${title}</h2>
        <p class="lead" role="status">${text}</p>
      </main>`,
    document.body,
  );
}
