import type { Field } from '../records/fields/field.ts';

/** Where each field of a letter that may be written stands. */
export const emailFields = {
  to: { kind: 'elsewhere', file: 'letter-form.tsx' },
  cc: { kind: 'elsewhere', file: 'letter-form.tsx' },
  bcc: { kind: 'elsewhere', file: 'letter-form.tsx' },
  subject: { kind: 'elsewhere', file: 'letter-form.tsx' },
  bodyHtml: { kind: 'elsewhere', file: 'letter.ts' },
  templateId: { kind: 'elsewhere', file: 'letter-form.tsx' },
  fileIds: { kind: 'elsewhere', file: 'letter.ts' },
  links: { kind: 'elsewhere', file: 'letter-form.tsx' },
  tracking: { kind: 'elsewhere', file: 'letter-form.tsx' },
} as const satisfies Record<string, Field>;
