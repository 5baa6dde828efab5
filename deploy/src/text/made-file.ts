import { stringify } from 'yaml';

/** Without anchors, for people; words such as `no` in quotes, for parsers of YAML 1.1. */
const options = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' } as const;

/** Line with which each file begins, in the comment of its language. */
export const madeBy = (format: string): string =>
  `Made from conductor.config.ts. To write it anew: conductor export ${format}`;

/** A YAML document that says how it was made; the same for the same content, whatever the machine. */
export const yamlFile = (format: string, document: object, remarks: readonly string[] = []): string =>
  `${[madeBy(format), ...remarks].map((line) => `# ${line}\n`).join('')}\n${stringify(document, options)}`;

/** Without the fields that are undefined. */
export const compact = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
