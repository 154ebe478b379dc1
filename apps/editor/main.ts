import { html, render } from 'lit';
import { messageOf } from '../../src/core/common/text';
import { fetchCatalog, fetchRulesFile } from './catalog';
import { draftsOf } from './model';
import { RulesEditor } from './rules-editor';

void open();

async function open(): Promise<void> {
  try {
    const [catalog, file] = await Promise.all([fetchCatalog(), fetchRulesFile()]);
    document.body.append(new RulesEditor(catalog, file.tag, draftsOf(file.text)));
  } catch (thrown) {
    render(html`<p class="problem page" role="alert">${messageOf(thrown)}</p>`, document.body);
  }
}
