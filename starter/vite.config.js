import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    // Modules wait for the recommender at their top level.
    target: 'es2022',
    rollupOptions: { input: ['index.html', 'product.html', 'cart.html'] },
  },
});
