import { expect, it } from 'vitest';
import { textHtml } from './html.ts';

it('keeps signs that HTML would take for its own, and lines', () => {
  expect(textHtml('preço < 10 & "já"\n2ª linha <b>')).toBe('preço &lt; 10 &amp; "já"<br>2ª linha &lt;b&gt;');
});
