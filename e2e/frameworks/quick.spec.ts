import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { buildBundle, createProject, trainBundle } from '../package/project';
import { APPS } from './apps';
import { InstalledApp, registryTrouble } from './installed-app';
import { walk } from './walk';
import { walkLists } from './walk-lists';
import { walkNext } from './walk-next';

/** The two that fail most often, Next at night; `npm run frameworks` tests all. */
const QUICK = ['Vite 7', 'Next 16, Turbopack'];

// Installing and building take their time on a busy machine.
test.describe.configure({ timeout: 300_000 });

let project: string;
const leaving: (() => unknown)[] = [];
test.beforeAll(async () => {
  project = await createProject();
  await buildBundle(project);
  await trainBundle(project);
});
test.afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) await leave();
});
test.afterAll(() => rm(project, { recursive: true, force: true }));

for (const app of APPS.filter(({ name }) => QUICK.includes(name))) {
  const tag = app.example ? '@nightly' : [];
  test(`${app.name}: the package installs, builds without settings, and works`, { tag }, async ({ page, browser }) => {
    const trouble = await registryTrouble();
    test.skip(trouble !== null, trouble ?? '');
    const installed = await InstalledApp.install(app, join(project, 'public'));
    leaving.push(() => installed.remove());
    await installed.build();
    const { origin, close } = await installed.serve();
    leaving.push(close);
    await walk(page, origin + (app.page ?? ''));
    if (app.lists) await walkLists(browser, origin + app.lists.page);
    if (app.example === 'next') await walkNext(browser, origin);
  });
}
