/** How many of each a load brings. */
export interface Amounts {
  readonly users: number;
  readonly companies: number;
  readonly contacts: number;
  readonly leads: number;
  readonly deals: number;
  readonly tasks: number;
  readonly activities: number;
}

/** What the CRM is to stay fast with: a small company's work of some years. */
export const fullLoad: Amounts = {
  users: 50,
  companies: 8_000,
  contacts: 20_000,
  leads: 50_000,
  deals: 10_000,
  tasks: 30_000,
  activities: 500_000,
};

/** The same in small, in proportion. */
export function shareOf(amounts: Amounts, share: number): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, count]) => [name, Math.max(1, Math.round(count * share))]),
  ) as unknown as Amounts;
}
