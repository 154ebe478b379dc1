import { realpathSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { rolldown } from 'rolldown';
import ts from 'typescript-5';
import { build } from 'vite';
import { reach } from '../../scripts/package/sizes';
import { type Host, serve } from '../support/host';
import { buildBundle, createProject, linkPackages, run, trainBundle } from './project';
import { add, learn, openShop } from './visit';

// Builds and browsers take their time on a busy machine.
test.describe.configure({ timeout: 180_000 });

const ELEMENT = '<sidestream-recs bundle="/bundle/" heading="For you" href-template="/product/{id}"></sidestream-recs>';
const SHOP = (...scripts: string[]): string =>
  `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">${scripts.map((script) => `<script type="module" src="${script}"></script>`).join('')}${ELEMENT}`;
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:";
/** Files that are requested only when an item must be encoded. */
const ENCODERS = /onnx|ort-wasm|encode/;

let project: string;
let report: string;
let training: string;
const hosts: Host[] = [];
const at = (...path: string[]): string => join(project, ...path);
const lib = (folder: string): string => at('node_modules', 'sidestream', 'lib', folder);
const cdn = (): string => lib('cdn');
/** Folders of the shop's public files. */
const shopFiles = (): Record<string, string> =>
  Object.fromEntries(['bundle', 'learned', 'photos'].map((name) => [`/${name}/`, at('public', name)]));

async function host(...args: Parameters<typeof serve>): Promise<Host> {
  const started = await serve(...args);
  hosts.push(started);
  return started;
}

test.beforeAll(async () => {
  project = await createProject();
  await linkPackages(project, ['react', 'vue']);
  report = await buildBundle(project);
  training = await trainBundle(project);
});
test.afterEach(() => {
  for (const { close } of hosts.splice(0)) close();
});
test.afterAll(() => rm(project, { recursive: true, force: true }));

/** Runs a type checker in the project. @returns its output */
async function check(name: string, program: string, args: string[]): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { bin } = JSON.parse(await readFile(path, 'utf8'));
  const file = join(dirname(path), typeof bin === 'string' ? bin : bin[program]);
  const ran = run(process.execPath, [file, ...args], { cwd: project });
  return ran.catch(({ stdout }) => ({ stdout })).then(({ stdout }) => stdout);
}

/** Defaults of `tsc --init`, and a check of declarations. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  verbatimModuleSyntax: true,
  module: 'nodenext',
  target: 'es2022',
  types: [],
  noEmit: true,
};

/**
 * Errors of TypeScript 5 and 7 in files of the project and in the declarations of the package that they use. Those of other packages
 * and of the language's library take version 5 much longer, and are not ours to check.
 */
async function mistakesIn(files: string[], more: object): Promise<string> {
  const compilerOptions = { ...STRICT, ...more };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, project);
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => project;
  const paths = files.map((name) => at(name));
  const program = ts.createProgram(paths, options, host);
  const folder = realpathSync(project);
  const ours = program.getSourceFiles().filter(({ fileName }) => realpathSync(fileName).startsWith(folder));
  expect(ours.filter(({ fileName }) => fileName.includes('/node_modules/sidestream/')).length).toBeGreaterThan(0);
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  const config = 'tsconfig.strict.json';
  await writeFile(at(config), JSON.stringify({ compilerOptions, files }));
  const output = await check('typescript-native', 'tsc', ['--project', config, '--pretty', 'false']);
  // Lines that start with a space continue the error above them. An error of the options has no file.
  const isOurs = (error: string): boolean =>
    !/^\S+\(\d/.test(error) || /^(\w+\.tsx?|node_modules\/sidestream\/)/.test(error);
  const errors = output.split(/\n(?=\S)/).filter((error) => error.trim() !== '' && isOurs(error));
  return ts.formatDiagnostics(found, host) + errors.join('\n');
}

test('the command of the tarball builds a bundle with the encoders of the tarball', async () => {
  const { stdout } = await run('npx', ['--no-install', 'sidestream', '--version'], { cwd: project });
  const installed = await readFile(at('node_modules', 'sidestream', 'package.json'), 'utf8');
  expect(stdout.trim()).toBe(JSON.parse(installed).version);
  expect(report).toContain('Built 10 items (5 without a picture)');
  const manifest = await readFile(at('public', 'bundle', 'manifest.json'), 'utf8');
  expect(manifest).toContain('mobilenet-v2');
  expect(manifest).toContain('use-lite');
});

test('the command of the tarball trains, with the wasm files of the tarball', () => {
  expect(training).toMatch(/Trained on 60 events/);
});

test('a server can import it without a window', async () => {
  const script = `
    const names = ['sidestream', 'sidestream/element', 'sidestream/headless', 'sidestream/inspector', 'sidestream/pick', 'sidestream/find', 'sidestream/rows', 'sidestream/adapters', 'sidestream/consent', 'sidestream/encoders', 'sidestream/react', 'sidestream/vue'];
    await import('sidestream/encoder-files');
    const modules = await Promise.all(names.map((name) => import(name)));
    console.log(typeof window, modules.map((module) => Object.keys(module).length > 0).join());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });
  expect(stdout.trim()).toBe(`undefined ${Array(12).fill('true').join()}`);
});

test('the entry for React keeps hooks in a file for clients', async () => {
  const [entry, client] = await Promise.all(
    ['react', 'react-client'].map((name) => readFile(at('node_modules', 'sidestream', 'lib', `${name}.js`), 'utf8')),
  );
  expect(client).toMatch(/^"use client";[\s\S]*useLayoutEffect/);
  expect(entry).toMatch(/from ?"\.\/react-client\.js"/);
  expect(entry).not.toMatch(/use client|use\w*Effect/);
});

test('its types compile in a strict project, in JSX, in Solid, and in the templates of Vue and Svelte', async () => {
  await linkPackages(project, ['@types/react', 'svelte', 'solid-js']);
  const source = `
    import { createRecommender, type Recommendation, SidestreamError } from 'sidestream';
    import { sharedRecommender } from 'sidestream/element';
    import 'sidestream/inspector';
    import { connectDataLayer } from 'sidestream/adapters';
    import { askConsent, notedConsent } from 'sidestream/consent';
    import 'sidestream/encoder-files';
    import { createWebEncoder } from 'sidestream/encoders';
    import 'sidestream/find';
    import 'sidestream/pick';
    import 'sidestream/rows';
    import * as headless from 'sidestream/headless';
    const recommender = await createRecommender({ bundle: '/bundle/', workerUrl: '/sidestream/worker.js' });
    const { items }: { items: Recommendation[] } = await recommender.recommend({ placement: 'similar', itemId: 'a' });
    const title: string = items[0]?.item.title ?? '';
    document.querySelector('sidestream-recs')!.limit = title.length;
    document.querySelector('sidestream-inspector')!.recommender = await sharedRecommender({ bundle: '/bundle/' });
    const options = { question: '#remember', choices: document.querySelector('#choices') };
    askConsent(createRecommender({ bundle: '/bundle/', consent: notedConsent() }), options);
    await recommender.track('cart', 'a', { price: items[0]?.item.price ?? undefined, currency: undefined });
    // @ts-expect-error consent is a word
    await createRecommender({ bundle: '/bundle/', consent: true });
    connectDataLayer(await headless.createRecommender({ bundle: '/bundle/' }) satisfies headless.Recommender);
    // @ts-expect-error there is no such placement
    document.createElement('sidestream-recs').placement = 'nowhere';
    export { createWebEncoder, SidestreamError };`;
  const jsx = `
    import 'sidestream/jsx';
    import { Recommendations, ServerRecommendations, useRecommendations } from 'sidestream/react';
    export const component = (
      <Recommendations bundle="/bundle/" navigate={(href) => href.length} onitemclick={({ detail }) => detail.item.title.length}>
        <a href="/a">A</a>
      </Recommendations>
    );
    export const server = <ServerRecommendations bundle="/bundle/" item-id="a"><a href="/a">A</a></ServerRecommendations>;
    export const useTitles = (itemId: string): string[] | undefined =>
      useRecommendations({ bundle: '/bundle/', placement: 'similar', itemId }).list?.items.map(({ item }) => item.title);
    // @ts-expect-error there is no such placement
    export const wrong = <Recommendations placement="nowhere" />;
    export const list = (
      <sidestream-recs bundle="/bundle/" item-id="a" limit={4} heading-level={3} layout="row" dismissible exclude={['b']}
        filter={{ category: 'Men' }} onitemclick={({ detail }) => detail.item.title.length} className="wide">
        <a href="/a">A</a>
      </sidestream-recs>
    );
    export const panel = <sidestream-inspector heading-level={2} onerror={({ detail }) => detail.error.code} />;
    // @ts-expect-error there is no such placement
    export const nowhere = <sidestream-recs placement="nowhere" />;
    // @ts-expect-error there is no such attribute
    export const unknown = <sidestream-recs catalog="/bundle/" />;`;
  const solid = `
    import 'sidestream/solid';
    export const list = (
      <sidestream-recs bundle="/bundle/" item-id={['a', 'b']} limit={4} layout="row" dismissible exclude={['b']} class="wide"
        filter={{ category: 'Men' }} on:itemclick={({ detail }) => detail.item.title.length}
        onaddtocart={({ detail, currentTarget }) => detail.items.length + currentTarget.limit}>
        <a href="/a">A</a>
      </sidestream-recs>
    );
    export const explicit = (
      <sidestream-recs attr:bundle="/bundle/" attr:item-id="a" attr:filter={'{"category":"Men"}'} bool:lazy={false} prop:itemId={['a']}
        prop:navigate={(href) => href.length} on:error={{ handleEvent: ({ detail }) => detail.error.code, once: true }} />
    );
    export const panel = <sidestream-inspector heading-level={2} on:error={({ detail }) => detail.error.code} />;
    // @ts-expect-error there is no such placement
    export const nowhere = <sidestream-recs placement="nowhere" />;
    // @ts-expect-error there is no such placement
    export const written = <sidestream-recs attr:placement="nowhere" />;
    // @ts-expect-error an attribute is a text
    export const texts = <sidestream-recs attr:item-id={['a']} />;
    // @ts-expect-error there is no such attribute
    export const unknown = <sidestream-recs catalog="/bundle/" />;
    // @ts-expect-error a chosen card has no such detail
    export const nothing = <sidestream-recs on:itemclick={({ detail }) => detail.nothing} />;`;
  await writeFile(at('types.ts'), source);
  await writeFile(at('jsx.tsx'), jsx);
  await writeFile(at('templates.ts'), "import 'sidestream/vue';\nimport type {} from 'sidestream/svelte';\n");
  await writeFile(at('solid.tsx'), solid);
  expect(await mistakesIn(['types.ts', 'jsx.tsx', 'templates.ts'], { jsx: 'react-jsx' })).toBe('');
  expect(await mistakesIn(['solid.tsx'], { jsx: 'preserve', jsxImportSource: 'solid-js' })).toBe('');

  const vue = (attributes: string) => `<script setup lang="ts">
    import { Recommendations, useRecommendations } from 'sidestream/vue';
    const { list } = useRecommendations(() => ({ bundle: '/bundle/', limit: 3 }));
    </script>
    <template>
      <b v-for="{ item } in list?.items" :key="item.id">{{ item.title }}</b>
      <Recommendations item-id="a" :limit="4" :exclude="['b']" class="wide" ${attributes} />
      <sidestream-recs bundle="/bundle/" item-id="a" :limit="4" dismissible :exclude="['b']" class="wide" ${attributes} />
    </template>`;
  await mkdir(at('vue'), { recursive: true });
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
  };
  await writeFile(at('vue', 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.vue'] }));
  await writeFile(at('vue', 'Right.vue'), vue('@itemclick="(event) => event.detail.item.title.length"'));
  await writeFile(at('vue', 'Wrong.vue'), vue('placement="nowhere" @itemclick="(event) => event.detail.nothing"'));
  const vueOutput = await check('vue-tsc', 'vue-tsc', ['--project', 'vue', '--pretty', 'false']);
  expect(vueOutput.match(/^\S+\.vue/gm)).toEqual(Array(4).fill('vue/Wrong.vue'));
  expect(vueOutput).toContain('"nowhere"');
  expect(vueOutput).toContain("'nothing'");

  const svelte = (attributes: string) => `<script lang="ts">
    import type {} from 'sidestream/svelte';
    </script>
    <sidestream-recs bundle="/bundle/" item-id="a" limit={4} dismissible exclude={['b']} class="wide" ${attributes}></sidestream-recs>`;
  await mkdir(at('svelte'), { recursive: true });
  await writeFile(at('svelte', 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.svelte'] }));
  await writeFile(at('svelte', 'Right.svelte'), svelte('onitemclick={({ detail }) => detail.item.title.length}'));
  await writeFile(
    at('svelte', 'Wrong.svelte'),
    svelte('placement="nowhere" onitemclick={({ detail }) => detail.nothing}'),
  );
  const args = ['--workspace', 'svelte', '--tsconfig', './tsconfig.json', '--output', 'machine'];
  const svelteOutput = await check('svelte-check', 'svelte-check', args);
  expect(svelteOutput.match(/ERROR "\S+"/g)).toEqual(['ERROR "Wrong.svelte"', 'ERROR "Wrong.svelte"']);
  expect(svelteOutput).toContain('nowhere');
  expect(svelteOutput).toContain('nothing');
});

test('a bundler keeps the elements where they are imported, and leaves lit out of the headless entry', async () => {
  const sizes: Record<string, { elements: boolean; lit: boolean; bytes: number }> = {};
  for (const entry of ['sidestream', 'sidestream/element', 'sidestream/headless']) {
    const source =
      entry === 'sidestream/headless' ? `export { createRecommender } from '${entry}';` : `import '${entry}';`;
    await writeFile(at('entry.js'), source);
    const bundle = await rolldown({ input: at('entry.js'), platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ minify: true });
    await bundle.close();
    const chunks = output.filter((file) => file.type === 'chunk');
    const loaded = reach(chunks, chunks[0].fileName, false);
    const code = chunks.filter(({ fileName }) => loaded.includes(fileName));
    sizes[entry] = {
      elements: code.some((chunk) => /sidestream-recs/.test(chunk.code)),
      lit: code.some(({ moduleIds }) => moduleIds.some((id) => /node_modules[\\/](@?lit|lit-)/.test(id))),
      bytes: code.reduce((sum, chunk) => sum + chunk.code.length, 0),
    };
  }
  expect(sizes).toMatchObject({
    sidestream: { elements: true, lit: true },
    'sidestream/element': { elements: true, lit: true },
    'sidestream/headless': { elements: false, lit: false },
  });
  expect(sizes['sidestream/headless'].bytes).toBeLessThan(sizes.sidestream.bytes / 2);
});

test('one script tag is enough, from another host too', async ({ page }) => {
  const folder = at('other-host');
  await cp(cdn(), folder, { recursive: true });
  const files = await host({ '/': folder }, { 'access-control-allow-origin': '*' });
  await mkdir(at('plain'), { recursive: true });
  await writeFile(at('plain', 'index.html'), SHOP(`${files.origin}/sidestream.js`));
  const shop = await host({ '/': at('plain'), ...shopFiles() });
  const trouble = await openShop(page, `${shop.origin}/`);
  await page.evaluate(async (address) => {
    globalThis.sidestream = await import(address);
  }, `${files.origin}/sidestream.js`);
  expect(await learn(page)).toBe(4);
  expect([...files.asked, ...shop.asked].filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(trouble).toEqual([]);
  await expect(add(page)).rejects.toThrow('The encoders are in the folder lib/encoders of the package');
  trouble.splice(0);
  await cp(lib('encoders'), folder, { recursive: true });
  expect(await add(page)).toBeTruthy();
  expect(files.asked).toContain('/ort-wasm-simd-threaded.asyncify.wasm');
  expect(trouble).toEqual([]);
});

test('it works on the shop’s own host under a strict CSP', async ({ page }) => {
  await mkdir(at('strict'), { recursive: true });
  await writeFile(at('strict', 'index.html'), SHOP('/sidestream/sidestream.js', '/shop.js'));
  await writeFile(at('strict', 'shop.js'), "globalThis.sidestream = await import('/sidestream/sidestream.js');");
  const folders = { '/': at('strict'), '/sidestream/': cdn(), ...shopFiles() };
  const shop = await host(folders, { 'content-security-policy': CSP });
  const trouble = await openShop(page, `${shop.origin}/`);
  expect(await learn(page)).toBe(4);
  expect(shop.asked.filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(trouble).toEqual([]);
});

test('Vite builds it into an app', async ({ page }) => {
  await writeFile(at('index.html'), SHOP('/main.js'));
  const main = "import * as sidestream from 'sidestream';\nglobalThis.sidestream = sidestream;\n";
  const buildWith = async (script: string): Promise<string[]> => {
    await writeFile(at('main.js'), script);
    await build({ root: project, logLevel: 'error', configFile: false });
    return (await readdir(at('dist', 'assets'))).filter((file) => /onnx|ort-wasm|encoder-worker/.test(file));
  };
  expect(await buildWith(main)).toEqual([]);
  expect((await buildWith(`import 'sidestream/encoder-files';\n${main}`)).join()).toContain('ort-wasm');
  const shop = await host({ '/': at('dist') });
  const trouble = await openShop(page, `${shop.origin}/`);
  expect(await learn(page)).toBe(4);
  expect(shop.asked.filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(await add(page)).toBeTruthy();
  expect(trouble).toEqual([]);
});
