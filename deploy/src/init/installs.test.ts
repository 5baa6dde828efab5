import { expect, it } from 'vitest';
import { addLine, managerOf } from './installs.ts';
import { foldersWith } from './testing/folders.ts';

it('adds packages as the project does', () => {
  const lines = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'README.md'].map((file) =>
    addLine(managerOf(foldersWith({ [file]: '' })[0]!), ['a', 'b']),
  );
  expect(lines).toEqual([
    'npm install --save-dev a b',
    'pnpm add --save-dev a b',
    'yarn add --dev a b',
    'bun add --dev a b',
    'npm install --save-dev a b',
  ]);
});
