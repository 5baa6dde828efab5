import type { Tokens } from './provider.ts';

/** US dollars a million tokens, [input, output], by how a model's id begins; list prices of November 2026. */
const prices: readonly [prefix: string, input: number, output: number][] = [
  ['claude-haiku-5-5', 0.1, 0.5],
  ['claude-haiku-4-5', 1, 5],
  ['claude-sonnet-5', 2, 10],
  ['claude-sonnet-4', 3, 15],
  ['claude-opus-5-5', 4, 20],
  ['claude-opus', 5, 25],
  ['gpt-6-luna', 0.1, 0.5],
  ['gpt-6-sol', 2, 10],
  ['gpt-5.6-luna', 0.2, 1.2],
  ['gpt-5.6-terra', 2, 12],
  ['gpt-5.6-sol', 5, 30],
];
/** A model that is not in the list counts as a dear one, so that a budget is never overspent unseen. */
const unknown = [10, 50] as const;

/** What tokens cost, in millionths of a US dollar. */
export function costMicros(model: string, { input, output }: Tokens): number {
  const [, inputPrice, outputPrice] = prices.find(([prefix]) => model.startsWith(prefix)) ?? ['', ...unknown];
  return Math.ceil(input * inputPrice + output * outputPrice);
}
