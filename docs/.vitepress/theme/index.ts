import { inBrowser, onContentUpdated, type Theme } from 'vitepress';
// Without the generator's own font: text that is set again when a font arrives moves what is below it.
import theme from 'vitepress/theme-without-fonts';
import '../../../examples/plain/lists.css';
import './style.css';
import { followFramework } from './framework-tabs';

export default {
  extends: theme,
  setup() {
    onContentUpdated(followFramework);
    if (inBrowser) void import('./live-list');
  },
} satisfies Theme;
