import { type Section, sections } from './check.ts';
import type { CheckResult } from './run-checks.ts';

/** What the checklist is about. */
export interface ChecklistHead {
  readonly environment: string;
  readonly version: string | null;
  readonly commit: string | null;
  readonly at: Date;
}

const begin = '<!-- conductor check: begin -->';
const end = '<!-- conductor check: end -->';

const box = { ok: '[x]', warning: '[ ] ⚠', failure: '[ ] ✗' } as const;

/**
 * The checklist with every finding, as the release section of `docs/DEPLOY_CHECKLIST.md`. What a person wrote around the section
 * stays; a document without one gets it at its end. Throws when the section's marks are broken, instead of guessing.
 */
export function renderChecklist(
  document: string,
  head: ChecklistHead,
  results: readonly CheckResult[],
): string {
  const section = [begin, heading(head), ...sections.flatMap((name) => group(name, results)), end].join(
    '\n\n',
  );
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 && to < 0) return `${document.trimEnd()}\n\n${section}\n`.trimStart();
  if (from < 0 || to < from) throw new Error('the marks of the release section are broken');
  return document.slice(0, from) + section + document.slice(to + end.length);
}

function heading({ environment, version, commit, at }: ChecklistHead): string {
  const what = [version, commit?.slice(0, 12)].filter(Boolean).join(', commit ');
  return `## Release to ${environment}\n\n${what ? `${what}, checked` : 'Checked'} ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC by \`conductor check ${environment} --write\`.`;
}

function group(section: Section, results: readonly CheckResult[]): string[] {
  const lines = results.filter(({ check }) => check.section === section).map(line);
  return lines.length > 0 ? [`### ${section}\n\n${lines.join('\n')}`] : [];
}

function line(result: CheckResult): string {
  const { title, id } = result.check;
  if (result.state === 'skipped') return `- [ ] – ${title} (\`${id}\`): does not apply, ${result.why}`;
  const { level, detail, fix } = result.finding;
  const optional = result.required ? '' : ', not required';
  return [
    `- ${box[level]} ${title} (\`${id}\`${optional})`,
    ...(detail ? [indented(detail)] : []),
    ...(fix ? [indented(`To fix: ${fix}`)] : []),
  ].join('\n');
}

/** Output of commands can hold anything; as indented code it cannot change the document. */
const indented = (text: string): string => {
  const lines = text.split('\n');
  if (lines.length === 1) return `  <br>${escapeHtml(text)}`;
  return `\n${lines.map((each) => `      ${each}`).join('\n')}\n`;
};

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', '&#96;');
