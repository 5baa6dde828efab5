import parsePhoneNumber from 'libphonenumber-js/min';
import { z } from 'zod';

/**
 * The E.164 form of a phone number as people type it, Brazil where no country is given; undefined when it is none.
 * Brazilian mobile numbers have nine digits.
 */
export function toE164(text: string): string | undefined {
  const parsed = parsePhoneNumber(text, 'BR');
  if (!parsed?.isValid()) return undefined;
  if (parsed.country === 'BR' && !brazilian.test(parsed.nationalNumber)) return undefined;
  return parsed.number;
}

/** Two digits of area, then a mobile of nine digits that begins with 9, or a landline of eight. */
const brazilian = /^[1-9]{2}(9\d{8}|[2-5]\d{7})$/;

export const phoneSchema = z
  .string()
  .trim()
  .max(40)
  .transform((text, context) => {
    const e164 = toE164(text);
    if (e164 !== undefined) return e164;
    context.addIssue({
      code: 'custom',
      message: 'must be a phone number with area code, such as (11) 98765-4321',
    });
    return z.NEVER;
  })
  .meta({ description: 'Phone; stored as E.164, Brazil by default', example: '(11) 98765-4321' });
