import type { z } from 'zod';
import type { ConfiguredKind } from '../model/target-kind.ts';
import { projectSchema } from './schema.ts';

/** `docs/reference/config.md`, from the schema of the config and of each target's settings. */
export function configReference(kinds: readonly ConfiguredKind[]): string {
  const targets = kinds.map(({ kind, settings }) => `### ${kind}()\n\n${table(rowsOf(settings, ''))}`);
  return `${[introduction, table(rowsOf(projectSchema, '')), '## Targets', ...targets].join('\n\n')}\n`;
}

const introduction = `# conductor.config.ts

<!-- Generated from deploy/src/config/schema.ts. To regenerate it: npm run docs -w deploy -->

\`export default defineConfig({ … })\`, in the project's root. A mistake in it is named by its path, with the value and the way out.

A setting is a string, number or boolean, or one of these:

| setting | value |
|---|---|
| \`store('mongodb').url\` | the address of a store, as the target provides it |
| \`service('backend').url\`, \`.host\` | the public address of a service |
| \`secret('NAME')\` | a value from the environment's secrets, or else from the variable of that name; required |
| \`secret.from('op://vault/item/field')\`, \`'aws-sm://name#key'\`, \`'env:NAME'\`, \`'file:path'\`, \`'cmd:program words'\` | a secret that is kept elsewhere, read by each deploy with the vault's own program ([guide](../guides/secrets.md)); required |
| \`optional(secret('NAME'))\` | the same, left out where there is none |
| \`backupRecipients()\` | the keys that the environment's backups are encrypted to (\`backups.recipients\`), separated by commas |
| \`trustedProxies()\` | the proxies that the target puts in front of the services, as addresses and networks separated by commas, or \`none\`: whose \`X-Forwarded-For\` is to be believed |
| \`generated(32)\` | so many random bytes, made once per environment and kept as a secret |
| \`required('what it is')\` | a value that each environment gives in its own \`settings\` |

\`*\` in a path stands for a name of your choice.`;

type Row = readonly [path: string, what: string, fallback: string];

const table = (rows: readonly Row[]): string =>
  [
    '| path | what it is | default |',
    '|---|---|---|',
    ...rows.map(([path, what, fallback]) => `| \`${path}\` | ${what.replaceAll('|', '\\|')} | ${fallback} |`),
  ].join('\n');

/** One row for each field with a description, those of records below `*`. */
function rowsOf(schema: z.core.$ZodType, path: string): Row[] {
  const { schema: inner, fallback } = unwrap(schema);
  const { description } = schema as z.ZodType;
  const own: Row[] = path !== '' && description ? [[path, description, fallback]] : [];
  const { def } = inner._zod as z.core.$ZodTypes['_zod'];
  const below = path === '' ? '' : `${path}.`;
  if (def.type === 'object') {
    return [...own, ...Object.entries(def.shape).flatMap(([key, value]) => rowsOf(value, below + key))];
  }
  if (def.type === 'record') return [...own, ...rowsOf(def.valueType, `${below}*`)];
  if (def.type === 'array') return [...own, ...rowsOf(def.element, `${path}[]`)];
  return own;
}

/** The schema inside of optional, default and transforming ones, with what a missing value means. */
function unwrap(schema: z.core.$ZodType): { schema: z.core.$ZodType; fallback: string } {
  let inner = schema;
  let fallback = 'required';
  for (;;) {
    const { def } = inner._zod as z.core.$ZodTypes['_zod'];
    if (def.type === 'optional') fallback = '';
    else if (def.type === 'default') fallback = `\`${JSON.stringify(def.defaultValue)}\``;
    else if (def.type === 'prefault') fallback = '';
    else if (def.type === 'pipe') {
      inner = def.in;
      continue;
    } else return { schema: inner, fallback };
    inner = def.innerType;
  }
}
