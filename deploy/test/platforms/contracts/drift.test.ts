import { expect, it } from 'vitest';
import { command, make, namesIn } from './contracts.ts';
import { missing, published } from './published.ts';
import { stored } from './stored.ts';

it('The contracts are what the published schemas make for the operations that are used', ({ skip }) => {
  if (missing) skip(missing);
  const drifted = namesIn(published).filter((name) => make(name, published) !== stored(name));
  expect(
    drifted,
    `published schemas and operations.ts make these otherwise now; write them anew: ${command}`,
  ).toEqual([]);
});
