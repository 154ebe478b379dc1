import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  // What has a hyphen is an element of the browser's, no component.
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('sidestream-') } } })],
});
