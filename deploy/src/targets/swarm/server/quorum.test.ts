import { expect, it } from 'vitest';
import { quorumOf, staysAble } from './quorum.ts';

it.each([
  [1, 1, '1 manager: while it is away nothing can be changed; what runs on other servers goes on'],
  [2, 2, '2 managers: none may be lost; add a third or remove one'],
  [3, 3, '3 managers: one may be lost'],
  [3, 2, '3 managers, of which 2 answer: none may be lost until another answers'],
  [4, 4, '4 managers: one may be lost, no more than of 3'],
  [5, 5, '5 managers: two may be lost'],
  [5, 4, '5 managers, of which 4 answer: one may be lost'],
  [3, 1, '1 of 3 managers answer, which is not more than half: nothing can be changed until others are back'],
])('says of %i managers of which %i answer what may be lost', (managers, reachable, words) =>
  expect(quorumOf(managers, reachable)).toBe(words),
);

it.each([
  [1, 1, true, false],
  [2, 2, true, true],
  [3, 3, true, true],
  [3, 2, true, false],
  [3, 2, false, true],
  [4, 3, true, true],
  [5, 3, true, false],
])(
  'of %i managers of which %i answer, one (that answers: %s) can go: %s',
  (managers, reachable, answers, able) => expect(staysAble(managers, reachable, { answers })).toBe(able),
);
