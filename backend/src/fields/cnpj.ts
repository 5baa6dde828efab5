import { z } from 'zod';

/**
 * Whether this is a CNPJ: twelve digits or capital letters (letters since July 2026) and two check digits.
 * A character counts as its ASCII code less 48; weights 2 to 9 from the right; modulo 11.
 */
export function isCnpj(text: string): boolean {
  if (!/^[0-9A-Z]{12}[0-9]{2}$/.test(text) || /^(.)\1+$/.test(text)) return false;
  const first = checkDigit(text.slice(0, 12));
  return text.endsWith(`${first}${checkDigit(text.slice(0, 12) + first)}`);
}

function checkDigit(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1)
    sum += (text.charCodeAt(text.length - 1 - index) - 48) * (2 + (index % 8));
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

export const cnpjSchema = z
  .string()
  .max(30)
  .transform((text) => text.replace(/[\s./-]/g, '').toUpperCase())
  .refine(isCnpj, 'must be a CNPJ with correct check digits')
  .meta({ description: 'CNPJ, stored without punctuation', example: '12.ABC.345/01DE-35' });

/** As people write it: `11.222.333/0001-81`. */
export const formatCnpj = (cnpj: string): string =>
  cnpj.replace(/^(..)(...)(...)(....)(..)$/, '$1.$2.$3/$4-$5');
