import type { Choose } from './init.ts';

/** Asks by number or word until one of the words is meant; an empty answer, and nobody to ask, is the first. */
export function chooser(
  ask: ((question: string) => Promise<string>) | undefined,
  say: (line: string) => void,
): Choose {
  return async (question, words) => {
    const [first = ''] = words;
    if (!ask || words.length < 2) return first;
    say(question);
    for (const [i, word] of words.entries()) say(`  ${i + 1} ${word}`);
    for (;;) {
      const answer = (await ask(`[${first}]: `)).trim();
      const found =
        answer === '' ? first : (words.find((word) => word === answer) ?? words[Number(answer) - 1]);
      if (found !== undefined) return found;
      say(`Type a number from 1 to ${words.length}, or nothing for ${first}.`);
    }
  };
}
