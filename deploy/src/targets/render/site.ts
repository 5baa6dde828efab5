import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { TargetContext } from '../kind.ts';
import type { Made } from '../made.ts';
import { createRest, type Rest, type Sentences } from '../rest.ts';
import type { SecretsSeen } from '../secrets-seen.ts';
import { connection, type Surroundings } from '../surroundings.ts';
import { ensureEnvironment, prefixOf, renderKey } from './account.ts';
import type { RenderSettings } from './index.ts';
import { Lists } from './lists.ts';
import { WayBack } from './way-back.ts';
import { Workspace } from './workspace.ts';

/** Words of Render's refusals, read here and nowhere else. */
const sentences: Sentences = [
  [/domain.*(already|taken|in use|exist)/i, 'domain'],
  [/already (exists|in use)|name.*(taken|in use)/i, 'name'],
  [/region/i, 'region'],
  [/payment|plan|upgrade/i, 'plan'],
  [/limit|quota|too many/i, 'quota'],
  [/commit|repo|image|branch/i, 'source'],
];

/** What works with Render once its key is known. */
export interface Site {
  readonly rest: Rest;
  readonly workspace: Workspace;
  readonly wayBack: WayBack;
  readonly context: TargetContext<RenderSettings>;
  readonly clock: Clock;
  readonly seen: SecretsSeen;
}

/** @throws {ConductorError} `render.no-token` (exit 2). Asks Render nothing yet. */
export async function openSite(
  context: TargetContext<RenderSettings>,
  surroundings: Surroundings,
  { clock, seen }: Pick<Site, 'clock' | 'seen'>,
): Promise<Site> {
  const key = await renderKey(context);
  seen.add('Render key', key);
  const asked = createRest(
    {
      platform: 'Render',
      base: context.settings.api,
      headers: { authorization: `Bearer ${key}` },
      clock,
      redact: seen.redact,
      ...connection(surroundings, context),
    },
    sentences,
  );
  const lists = new Lists(asked, clock);
  const { rest } = lists;
  const workspace = new Workspace(lists, context, clock);
  const wayBack = new WayBack(rest, workspace, `${prefixOf(context)}way-back`, clock);
  return { rest, workspace, wayBack, context, clock, seen };
}

/** Where things are made: the workspace, and our environment in it, made with its project where it is missing. */
export async function ensureHome(
  { rest, workspace, context, clock }: Pick<Site, 'rest' | 'workspace' | 'context' | 'clock'>,
  made?: Made,
): Promise<{ owner: string; environment: string }> {
  const owner = await workspace.owner();
  const there = await workspace.environment();
  if (there) return { owner, environment: there };
  await workspace.assertSeen();
  const environment = await ensureEnvironment(rest, owner, context, clock, made);
  workspace.isIn(environment);
  return { owner, environment };
}

/** Tells a service of ours from a store that runs as one. */
export const isOurs =
  ({ context }: Pick<Site, 'context'>) =>
  (name: string): boolean =>
    !context.stores.some((store) => store.name === name);

export const noService = (name: string): ConductorError =>
  new ConductorError({
    code: 'render.no-service',
    message: `There is no service "${name}" in this environment on Render.`,
    hint: 'Deploy first.',
    exit: exitCode.usage,
  });
