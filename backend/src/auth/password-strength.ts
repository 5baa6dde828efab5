import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as portuguese } from '@zxcvbn-ts/language-pt-br';

/** The first score that is not "very guessable": some million guesses. */
const EASY = 2;

/** Longer ones take long to look at, and are not on any list. */
const LOOKED_AT = 64;

const estimator = new ZxcvbnFactory({ dictionary: { ...common, ...portuguese }, graphs: adjacencyGraphs });

/**
 * Whether a password is known, or made of what is known: lists of leaked passwords, Portuguese and other names, words, keys beside each
 * other, dates, and what is `own` to the person, with the usual changes. Fewer than a million guesses find it.
 */
export function isGuessable(password: string, own: readonly string[]): boolean {
  const words = own.flatMap((text) => [text, ...text.split(/[^\p{L}\d]+/u)]);
  return estimator.check(password.slice(0, LOOKED_AT), [...words, 'conductor', 'crm']).score < EASY;
}
