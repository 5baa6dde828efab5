import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderChecklist } from '../checks/checklist.ts';
import { checksAfter, checksBefore } from '../checks/index.ts';
import {
  assertKnownChecks,
  blocking,
  type CheckResult,
  runChecks,
  type Selection,
} from '../checks/run-checks.ts';
import { urgencyOf } from '../checks/urgency.ts';
import { checkContext } from '../engine/check-context.ts';
import { sourceOf } from '../environment/git.ts';
import type { Session } from '../environment/session.ts';
import { type ExitCode, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { checkList } from './check-list.ts';
import type { Common, Context } from './command.ts';
import { open } from './session.ts';

/** In the project. */
const checklistFile = join('docs', 'DEPLOY_CHECKLIST.md');

type Asked = Common & { readonly all: boolean; readonly write: boolean };

/** What `conductor check` does. */
export async function check({ environment, all, write, json }: Asked, context: Context): Promise<ExitCode> {
  const session = await open(context, environment, { look: true, readsElsewhere: true });
  const chosen = session.environment.checks;
  assertKnownChecks([...checksBefore, ...checksAfter], chosen);
  // What is asked beyond the environment's choice is not in its way.
  const selection = all ? { required: requiredBy(chosen) } : chosen;
  // Secrets that cannot be read are a finding of their own check; where that is not asked, they are no less in the way.
  const { unreadable } = session.vault;
  const { only, off } = chosen;
  const asked = all || (!off.includes('secrets-readable') && (only?.includes('secrets-readable') ?? true));
  if (unreadable && !asked) throw unreadable;

  const list = checkList(context.output, session.name, checksBefore);
  const results = await runChecks(checksBefore, await checkContext(session), {
    ...selection,
    signal: context.interrupt,
    onEvent: list.show,
  });
  const stopping = blocking(results);
  list.end(results, stopping);
  if (write) await writeChecklist(session, results);
  if (json) context.output.result(JSON.stringify(summary(session.name, results)));
  return stopping.length === 0 ? exitCode.done : exitCode.checksFailed;
}

/** Checks that stop a deploy there: those it requires, of those that it asks. */
function requiredBy({ required, only, off }: Selection): string[] {
  const ids = checksBefore.map(({ id }) => id);
  return ids.filter(
    (id) => (required ?? ids).includes(id) && (only ?? ids).includes(id) && !off?.includes(id),
  );
}

function summary(environment: string, results: readonly CheckResult[]) {
  const checks = results.map((result) => {
    const { id, title } = result.check;
    if (result.state === 'skipped') return { id, title, state: result.state, why: result.why };
    const { required, seconds, finding } = result;
    return { id, state: result.state, required, urgency: urgencyOf(result), seconds, ...finding };
  });
  return { environment, ready: blocking(results).length === 0, checks };
}

async function writeChecklist(
  { root, name, target }: Session,
  results: readonly CheckResult[],
): Promise<void> {
  const file = join(root, checklistFile);
  const before = (await textIfThere(file)) ?? '# Deploy checklist\n';
  const [{ live }, { commit }] = await Promise.all([target.inspect(), sourceOf(root)]);
  const head = { environment: name, version: live, commit, at: new Date() };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, renderChecklist(before, head, results));
}
