import parsePhoneNumber from 'libphonenumber-js/min';
import { z } from 'zod';

/**
 * A phone number as people type it in E.164 form, Brazil where no country is given; undefined when it is none. An extension ("ramal 12")
 * follows as in a `tel:` address (RFC 3966): `+551133334444;ext=12`. Brazilian mobile numbers have nine digits.
 */
export function toE164(text: string): string | undefined {
  const [, number = text, extension] = withExtension.exec(text) ?? [];
  const parsed = parsePhoneNumber(number, 'BR');
  if (!parsed?.isValid()) return undefined;
  if (parsed.country === 'BR' && !brazilian.some((form) => form.test(parsed.nationalNumber)))
    return undefined;
  const ext = extension ?? parsed.ext;
  return ext === undefined ? parsed.number : `${parsed.number};ext=${ext}`;
}

/** How Brazilians write an extension; the library knows the international ways. */
const withExtension = /^(.*?)[\s,;.-]*(?:ramal|r\.)\s*:?\s*(\d{1,8})\s*$/i;

const brazilian = [
  // Two digits of area, then a mobile of nine digits that begins with 9, or a landline of eight.
  /^[1-9]{2}(9\d{8}|[2-5]\d{7})$/,
  // 0800 and its like: free, shared or premium, from anywhere in the country.
  /^[3589]00\d{6,7}$/,
  // 4004 and its like: companies' numbers at the price of a local call, without area.
  /^(400\d|4020|3003|4003|4062|4090)\d{4}$/,
];

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
