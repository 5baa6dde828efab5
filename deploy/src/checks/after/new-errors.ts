import { type Check, failure, good, listed } from '../check.ts';
import type { CheckContext } from '../context.ts';
import { errorKind } from '../error-kinds.ts';

const lines = 2_000;

export const newErrors: Check = {
  id: 'new-errors',
  title: 'No new kind of error in the logs',
  section: 'After the deploy',
  about: `The last ${lines} log lines of each service: kinds of errors (messages without numbers, ids and values) of the new release that the one before did not log. One is a failure.`,
  applies: ({ cutover }) => (cutover ? true : 'nothing was deployed just now'),
  async run(context, signal) {
    const { environment } = context;
    const { version, previous } = context.cutover!;
    const known = previous === null ? new Map<string, string>() : await kindsOf(context, previous, signal);
    const now = await kindsOf(context, version, signal);
    const fresh = [...now].filter(([kind]) => !known.has(kind)).map(([, sample]) => sample);
    if (fresh.length === 0) return good(`${now.size} known kind(s)`);
    return failure(
      `${fresh.length} new kind(s):\n${listed(fresh)}`,
      `Look at them with \`conductor logs ${environment}\`; \`conductor rollback ${environment}\` rolls the release back.`,
    );
  },
};

/** Kinds of errors that a release logged, each with the service and the kind as a sample. */
async function kindsOf(
  { services, target }: CheckContext,
  version: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const kinds = new Map<string, string>();
  for (const { name } of services) {
    for await (const line of target.logs(name, { lines, version, signal })) {
      const kind = errorKind(line.text);
      if (kind) kinds.set(`${name} ${kind}`, `${name}: ${kind}`);
    }
  }
  return kinds;
}
