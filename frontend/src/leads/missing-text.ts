import type { Translate } from '../i18n/i18n.ts';

const known = [
  'email',
  'phone',
  'companyName',
  'jobTitle',
  'website',
  'cnpj',
  'city',
  'state',
  'message',
  'estimatedValueCents',
  'sourceDetails',
] as const;

/** A field that is missing, in words; one that a newer server knows and we don't is shown as it is. */
export function missingText(t: Translate, field: string): string {
  const found = known.find((one) => one === field);
  return found ? t(`score.missing.${found}`) : field;
}
