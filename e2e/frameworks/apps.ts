/**
 * An app of a new user and the commands that run it. Only the apps with Angular and Parcel have settings for this package: those in their
 * guides.
 */
export interface App {
  name: string;
  /** Folder under `templates`. Default: only the example. */
  template?: string;
  /** Folder under `examples` that the template is added to, with its packages. */
  example?: string;
  /** Address of the template's page. Default: `/`. */
  page?: string;
  /** Files of the template that have another path in this app: the path in the template, and the path in the app. */
  moved?: Record<string, string>;
  /** Packages to install with it, at exact versions. */
  packages: Record<string, string>;
  /** Whether its bundler leaves the encoders out, so that they are not tried. */
  light?: boolean;
  /** Further entries of its package.json. */
  settings?: Record<string, unknown>;
  /** Folder of files that are served unchanged. Default: `public`. */
  files?: string;
  /** Arguments of the program in `node_modules/.bin` that builds it. */
  build: string[];
  /** The folder of static files that was built, or the server; PORT is its port. */
  serve: { folder: string } | { command: string[] };
  /** Whether it has a second page, which its router puts into the document of the first. */
  swaps?: boolean;
  /** Whether it is the shop without a network: its build makes the service worker. */
  offline?: boolean;
  /** A page with a list in its HTML: its address, and the address of products in these lists. */
  lists?: { page: string; href: string };
  /** Starts its development server; `{port}` stands for the port. */
  dev?: string[];
}

const NEXT = {
  template: 'next',
  example: 'next',
  page: '/walk',
  lists: { page: '/product/p1', href: '/product/{id}' },
  packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
};
const VITE = '7.3.8';

export const APPS: App[] = [
  {
    name: 'Vite 7',
    template: 'plain',
    packages: { vite: VITE },
    build: ['vite', 'build'],
    serve: { folder: 'dist' },
    dev: ['vite', '--port', '{port}', '--strictPort'],
  },
  {
    name: 'Next 16, Turbopack',
    ...NEXT,
    build: ['next', 'build'],
    serve: { command: ['next', 'start'] },
    dev: ['next', 'dev', '--port', '{port}'],
  },
  {
    name: 'Next 16, webpack',
    ...NEXT,
    build: ['next', 'build', '--webpack'],
    serve: { command: ['next', 'start'] },
  },
  {
    name: 'SvelteKit 2',
    template: 'sveltekit',
    packages: {
      '@sveltejs/adapter-node': '5.5.7',
      '@sveltejs/kit': '2.70.4',
      '@sveltejs/vite-plugin-svelte': '6.2.4',
      svelte: '5.57.3',
      vite: VITE,
    },
    files: 'static',
    build: ['vite', 'build'],
    serve: { command: ['node', 'build'] },
  },
  {
    name: 'Nuxt 4',
    template: 'nuxt',
    packages: { nuxt: '4.4.2', vue: '3.5.45' },
    build: ['nuxt', 'build'],
    serve: { command: ['node', '.output/server/index.mjs'] },
  },
  {
    name: 'webpack 5',
    template: 'plain',
    // The default entry and output of webpack, and the page's place in its guide.
    moved: { 'index.html': 'dist/index.html', 'main.js': 'src/index.js' },
    packages: { webpack: '5.112.2', 'webpack-cli': '7.3.1' },
    build: ['webpack', '--mode', 'production'],
    files: 'dist',
    serve: { folder: 'dist' },
  },
  {
    name: 'Parcel 2',
    template: 'plain',
    packages: { parcel: '2.16.4' },
    light: true,
    settings: { '@parcel/resolver-default': { packageExports: true } },
    files: 'dist',
    build: ['parcel', 'build', 'index.html', '--no-cache'],
    serve: { folder: 'dist' },
  },
  {
    name: 'Astro 5, ClientRouter',
    template: 'astro',
    packages: { astro: '5.18.2' },
    build: ['astro', 'build'],
    serve: { folder: 'dist' },
    swaps: true,
  },
  {
    name: 'Astro 5, lists in HTML',
    example: 'astro',
    packages: { astro: '5.18.2' },
    build: ['astro', 'build'],
    serve: { folder: 'dist' },
    lists: { page: '/product/p1/', href: '/product/{id}/' },
  },
  {
    name: 'Eleventy 3, lists in HTML',
    example: 'eleventy',
    packages: { '@11ty/eleventy': '3.1.8' },
    build: ['eleventy'],
    serve: { folder: '_site' },
    lists: { page: '/product/p1/', href: '/product/{id}/' },
  },
  {
    name: 'Turbo 8',
    template: 'turbo',
    packages: { '@hotwired/turbo': '8.0.23', vite: VITE },
    build: ['vite', 'build'],
    serve: { folder: 'dist' },
    swaps: true,
  },
  {
    name: 'Angular 21',
    template: 'angular',
    packages: {
      '@angular/build': '21.2.27',
      '@angular/cli': '21.2.27',
      '@angular/common': '21.2.26',
      '@angular/compiler': '21.2.26',
      '@angular/compiler-cli': '21.2.26',
      '@angular/core': '21.2.26',
      '@angular/platform-browser': '21.2.26',
      rxjs: '7.8.2',
      tslib: '2.8.1',
      typescript: '5.9.3',
    },
    build: ['ng', 'build'],
    serve: { folder: 'dist/a-shop/browser' },
  },
  {
    name: 'Solid 1.9',
    template: 'solid',
    packages: { 'solid-js': '1.9.20', vite: VITE, 'vite-plugin-solid': '2.11.14' },
    build: ['vite', 'build'],
    serve: { folder: 'dist' },
  },
  {
    name: 'Workbox 7',
    example: 'offline',
    moved: { 'index.html': 'public/index.html', 'register.js': 'public/register.js' },
    packages: { 'workbox-cli': '7.4.1' },
    build: ['workbox', 'generateSW', 'workbox-config.cjs'],
    serve: { folder: 'public' },
    offline: true,
  },
];
