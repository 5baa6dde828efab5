import { expect, test } from 'vitest';
import { type Check, failure, good, warning } from './check.ts';
import { renderChecklist } from './checklist.ts';
import type { CheckResult } from './run-checks.ts';

const check = (id: string, section: Check['section']): Check => ({
  id,
  title: `Title of ${id}`,
  section,
  about: '',
  applies: () => true,
  run: async () => good(),
});
const answered = (id: string, section: Check['section'], finding: object, required = true) =>
  ({ check: check(id, section), state: 'answered', finding, required, seconds: 1 }) as CheckResult;

const results: CheckResult[] = [
  answered('backup', 'Data', good('2 h old')),
  answered('tests', 'Code', failure('npm test failed:\n```\n# not a heading', 'npm test')),
  answered('docs', 'Documentation', warning('forgot <it>', 'write it'), false),
  { check: check('bundle', 'Performance'), state: 'skipped', why: 'no bundle' },
];
const head = {
  environment: 'production',
  version: 'v20261123_120000',
  commit: 'a'.repeat(40),
  at: new Date(0),
};

test('each finding is in its section, and a skipped check is not ticked', () => {
  const document = renderChecklist('', head, results);
  expect(document).toContain(
    '## Release to production\n\nv20261123_120000, commit aaaaaaaaaaaa, checked 1970-01-01 00:00 UTC',
  );
  expect(document).toContain('- [x] Title of backup (`backup`)\n  <br>2 h old');
  expect(document).toContain('- [ ] ✗ Title of tests');
  expect(document).toContain('- [ ] ⚠ Title of docs (`docs`, not required)\n  <br>forgot &lt;it&gt;');
  expect(document).toContain('- [ ] – Title of bundle (`bundle`): does not apply, no bundle');
  expect(document.indexOf('### Code')).toBeLessThan(document.indexOf('### Data'));
});

test('output of commands stays inside its list item', () => {
  const document = renderChecklist('', head, results);
  expect(document).not.toMatch(/^(```|# not)/m);
});

test('what people wrote around the section stays, and writing twice is writing once', () => {
  const once = renderChecklist('# Mine\n\nBefore.\n', head, results);
  const between = `${once}\nAfter.\n`;
  const twice = renderChecklist(between, head, results);
  expect(once).toMatch(/^# Mine\n\nBefore\.\n\n<!--/);
  expect(twice).toBe(between);
});

test('a document with half a section is refused', () => {
  const half = renderChecklist('', head, results).replace('<!-- conductor check: end -->', '');
  expect(() => renderChecklist(half, head, results)).toThrow('broken');
});
