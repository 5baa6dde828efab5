import { z } from 'zod';
import { invalid, Problem } from '../problem.ts';

/** Headers of an update: which version of the record it was made from. */
export const ifMatchHeaders = z.object({
  'if-match': z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'The version the change was made from, such as "3"; required' }),
});

/** The version in If-Match: `"3"`, `W/"3"` or `3`. Absent is 428, anything else 422. */
export function requiredVersion(header: string | undefined): number {
  if (header === undefined) throw new Problem('precondition-required');
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim());
  if (!match)
    throw invalid('if-match', 'if-match.invalid', 'If-Match holds the version of the record, such as "3".');
  return Number(match[1]);
}

export function etag(version: number): string {
  return `"${version}"`;
}
