import { fileURLToPath } from 'node:url';
import type { Part } from './scope.ts';

/** Where the page is kept. */
export const referenceFile = fileURLToPath(new URL('../../docs/reference/crm.md', import.meta.url));

const introduction = `# What Conductor CRM does

<!-- Generated from tests/crm/scope.ts. To regenerate it: npx vitest run --project tests tests/crm -u -->

Each line works, held by the tests that are named, or is not there yet.`;

/** `docs/reference/crm.md`. */
export const crmReference = (scope: readonly Part[]): string =>
  `${[introduction, ...scope.map(section)].join('\n\n')}\n`;

function section({ title, lines }: Part): string {
  const rows = lines.map(({ what, tests }) => {
    const names = tests.map(
      (file) =>
        `[${file
          .split('/')
          .at(-1)!
          .replace(/\.(test|story)\.ts$/, '')}](../../${file})`,
    );
    return `| ${what} | ${tests.length > 0 ? 'works' : 'not yet'} | ${names.join(', ')} |`;
  });
  return [`## ${title}`, '', '| | | held by |', '|---|---|---|', ...rows].join('\n');
}
