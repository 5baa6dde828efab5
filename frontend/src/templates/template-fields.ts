import type { TemplatePatchInput } from '../api/schema.generated.ts';
import type { Fields } from '../records/fields/field.ts';

/** Where each field of a template is written. */
export const templateFields: Fields<TemplatePatchInput> = {
  name: { kind: 'elsewhere', file: 'template-form.tsx' },
  channel: { kind: 'elsewhere', file: 'template-form.tsx' },
  locale: { kind: 'elsewhere', file: 'template-form.tsx' },
  subject: { kind: 'elsewhere', file: 'template-form.tsx' },
  body: { kind: 'elsewhere', file: 'template-form.tsx' },
  shared: { kind: 'elsewhere', file: 'template-form.tsx' },
};
