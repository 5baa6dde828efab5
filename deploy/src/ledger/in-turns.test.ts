import { expect, it } from 'vitest';
import { inTurns } from './in-turns.ts';

/** Work of which each turn is ended by hand; `begun` counts the turns. */
function byHand() {
  const turns: PromiseWithResolvers<string>[] = [];
  const ask = inTurns(() => {
    const turn = Promise.withResolvers<string>();
    turns.push(turn);
    return turn.promise;
  });
  return { ask, turns };
}
const aMoment = () => new Promise((resolve) => setImmediate(resolve));

it('does the work once for all who ask at the same time', async () => {
  const { ask, turns } = byHand();
  const all = [ask(), ask(), ask()];
  await aMoment();
  expect(turns).toHaveLength(1);
  turns[0]!.resolve('one');
  expect(await Promise.all(all)).toEqual(['one', 'one', 'one']);
});

it('gives nobody what began before they asked, and one turn to all who asked meanwhile', async () => {
  const { ask, turns } = byHand();
  const first = ask();
  await aMoment();
  const later = [ask(), ask()];
  await aMoment();
  later.push(ask());
  expect(turns).toHaveLength(1);
  turns[0]!.resolve('before');
  expect(await first).toBe('before');
  await aMoment();
  expect(turns).toHaveLength(2);
  turns[1]!.resolve('after');
  expect(await Promise.all(later)).toEqual(['after', 'after', 'after']);
});

it('tells a failure to those who shared it, and to nobody after them', async () => {
  const { ask, turns } = byHand();
  const both = [ask(), ask()];
  await aMoment();
  const next = ask();
  turns[0]!.reject(new Error('no network'));
  for (const each of both) await expect(each).rejects.toThrow('no network');
  await aMoment();
  turns[1]!.resolve('again');
  expect(await next).toBe('again');
});
