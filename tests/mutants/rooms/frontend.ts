import type { Mutant } from '../mutant.ts';

/** The CRM's web client. */
export const frontendMutants: readonly Mutant[] = [
  {
    id: 'sign-in-leads-elsewhere',
    file: 'frontend/src/session/next.ts',
    find: '/^\\/(?![/\\\\])/.test(next)',
    replace: 'next !== ""',
    tests: ['frontend/src/session/next.test.ts'],
    breaks: 'A link to the sign-in page sends nobody to another site.',
  },
  {
    id: 'older-release-is-newer',
    file: 'frontend/src/api/release.ts',
    find: 'answered > own',
    replace: 'answered !== own',
    tests: ['frontend/src/api/release.test.ts'],
    breaks: 'Only a later release is offered to be loaded: after a rollback nobody is sent back and forth.',
  },
  {
    id: 'change-of-others-overwritten',
    file: 'frontend/src/records/use-patch.ts',
    find: 'of(base, field) !== of(current, field) &&',
    replace: 'of(base, field) === of(current, field) &&',
    tests: ['frontend/src/records/use-patch.test.ts'],
    breaks: 'A field that two people changed is settled by a person, and not by who saved last.',
  },
  {
    id: 'currencies-added-up',
    file: 'frontend/src/deals/board.ts',
    find: 'sum.currency === deal.currency\n      ?',
    replace: 'sum.currency !== deal.currency\n      ?',
    tests: ['frontend/src/deals/board.test.ts'],
    breaks: 'A moved deal is added to what is in its own currency.',
  },
  {
    id: 'comma-guessed',
    file: 'frontend/src/money/money.ts',
    find: 'return foreign?.[1] === undefined ? undefined : foreign;',
    replace: 'return foreign;',
    tests: ['frontend/src/money/money.test.ts'],
    breaks: 'An amount that could mean two is refused and not guessed.',
  },
  {
    id: 'field-on-no-screen',
    file: 'frontend/src/deals/deal-fields.ts',
    find: "  probability: { kind: 'percent', label: 'deals.field.probability', none: 'deals.probability.ofStage' },\n",
    replace: '',
    tests: ['frontend/src/records/fields/on-screen.test.ts'],
    breaks:
      'Every field that may be written of a record is on a screen, or in a list of exceptions with its reason.',
  },
  {
    id: 'currency-of-a-field-lost',
    file: 'frontend/src/records/fields/field-value.tsx',
    find: 'record[field.currency] as Currency',
    replace: "'BRL'",
    tests: ['frontend/src/records/fields/record-fields.test.tsx'],
    breaks: 'An amount on a record reads in its own currency.',
  },
  {
    id: 'text-becomes-markup',
    file: 'frontend/src/timeline/html.ts',
    find: ".replaceAll('<', '&lt;')",
    replace: '',
    tests: ['frontend/src/timeline/html.test.ts'],
    breaks: 'What somebody typed is shown as they typed it, and never becomes part of the page.',
  },
  {
    id: 'page-in-a-frame',
    file: 'frontend/server/headers.ts',
    find: `'frame-ancestors': ["'none'"],`,
    replace: '',
    tests: ['frontend/server/headers.test.ts'],
    breaks: 'No other site shows the CRM in a frame.',
  },
];
