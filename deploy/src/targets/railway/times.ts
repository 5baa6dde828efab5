import { z } from 'zod';
import type { Operation } from './operations.ts';

const form = /^(query|mutation) (\w+)\(([^)]*)\) \{ (\w+)(.*) \}$/s;

/**
 * The same operation several times in one request, each with variables of its own: Railway limits requests, not what they ask. Gives the
 * operation and its variables; the answer has the data of each, in order. For operations with one field at the root.
 */
export function times<Data>(
  { document, data, repeatable }: Operation<Data>,
  all: readonly Readonly<Record<string, unknown>>[],
): [operation: Operation<Data[]>, variables: Record<string, unknown>] {
  const [, kind, name, parameters = '', field = '', rest = ''] = form.exec(document) ?? [];
  if (!kind) throw new Error(`an operation of another form: ${document}`);
  const numbered = (text: string, i: number) => text.replace(/\$(\w+)/g, `$$$1_${i}`);
  const indexes = all.map((_, i) => i);
  const variables = indexes.map((i) => numbered(parameters, i)).join(', ');
  const fields = indexes.map((i) => `_${i}: ${field}${numbered(rest, i)}`).join(' ');
  // Each is read as the answer of the operation itself.
  const answers = z.record(z.string(), z.unknown()).transform((answer, context) => {
    const parts = indexes.map((i) => data.safeParse({ [field]: answer[`_${i}`] }));
    const wrong = parts.findIndex(({ success }) => !success);
    if (wrong < 0) return parts.map((part) => part.data as Data);
    context.addIssue({ code: 'custom', path: [`_${wrong}`], message: 'is not as promised' });
    return z.NEVER;
  });
  return [
    { document: `${kind} ${name}(${variables}) { ${fields} }`, data: answers, repeatable },
    Object.fromEntries(
      all.flatMap((one, i) => Object.entries(one).map(([key, value]) => [`${key}_${i}`, value])),
    ),
  ];
}
