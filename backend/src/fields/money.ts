import { z } from 'zod';

/** The currencies that amounts may be in; ISO 4217. Nothing is ever converted from one into another. */
export const currencies = ['BRL', 'USD', 'EUR'] as const;
export const currencySchema = z.enum(currencies);
export type Currency = z.output<typeof currencySchema>;

/** An amount in whole cents; at most a trillion. */
export const centsSchema = z.number().int().min(0).max(1e14);

/** An amount with its currency, as records hold it and as sums are told. */
export const moneyShape = { amountCents: z.number().int().describe('Whole cents'), currency: currencySchema };
export interface Money {
  amountCents: number;
  currency: Currency;
}
