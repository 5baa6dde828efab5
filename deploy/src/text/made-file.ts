import { Document, isMap, isScalar, isSeq, visit } from 'yaml';

/** Without anchors, for people; words such as `no` in quotes, for parsers of YAML 1.1. */
const options = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' } as const;

/** Line with which each file begins, in the comment of its language. */
export const madeBy = (format: string): string =>
  `Made from conductor.config.ts. To regenerate it: conductor export ${format}`;

/** Lines of a platform's file that say what deploys on a push: whoever looks for it looks there. */
export const deploysOnPush = (environment: string, branch: string): readonly string[] => [
  `Deploy on push: .github/workflows/deploy.yml does it (\`conductor export ${environment} github\`). It checks each push to ${branch} and then`,
  `runs \`conductor deploy ${environment}\`. Nothing in this file turns the platform's own on, which takes commits live that nobody has checked.`,
];

/**
 * A YAML document that says how it was made; the same for the same content, whatever the machine. The maps in lists of the key `flow` take a
 * line each.
 */
export function yamlFile(
  format: string,
  content: object,
  remarks: readonly string[] = [],
  { flow }: { flow?: string } = {},
): string {
  const document = new Document(content, options);
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== flow || !isSeq(value)) return;
      for (const item of value.items) if (isMap(item)) item.flow = true;
    },
  });
  const comments = [madeBy(format), ...remarks].map((line) => `${`# ${line}`.trimEnd()}\n`).join('');
  return `${comments}\n${document.toString({ lineWidth: 0 })}`;
}

/** Without the fields that are undefined. */
export const compact = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
