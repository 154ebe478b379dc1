import { defineConfig } from 'vitepress';
import llms from 'vitepress-plugin-llms';

export default defineConfig({
  title: 'Sidestream',
  description: 'Product recommendations that are computed in the shopper’s browser.',
  cleanUrls: false,
  themeConfig: { search: { provider: 'local' }, outline: [2, 3] },
  vite: { plugins: [llms()] },
});
