import { ConductorError, exitCode } from '../../errors.ts';
import { keptVariable, markVariables } from '../mark.ts';
import { isSurrounding } from '../variables.ts';
import { serviceType } from './desired.ts';
import { operations } from './operations.ts';
import { ensureHome, type Site } from './site.ts';
import { isReachable, lookForKeyValue } from './stores.ts';
import type { Kept } from './workspace.ts';

/**
 * Takes over a service that somebody else has made: it carries our mark from then on, and the variables that others have set in it
 * stay theirs. Deploys nothing. One that is ours already is left as it is.
 * @throws {ConductorError} exit 3 for one that cannot become what the config wants; nothing was changed.
 */
export async function adopt(site: Site, name: string): Promise<void> {
  const { rest, workspace, context } = site;
  if (context.stores.some((store) => store.name === name && store.kind === 'redis'))
    return adoptKeyValue(site, name);
  const there = await workspace.toAdopt(name);
  if (!there) return;
  assertAdoptable(context, name, there);
  const theirs = Object.fromEntries(Object.entries(there.variables).filter(([key]) => !isSurrounding(key)));
  const variables = {
    ...theirs,
    ...markVariables(context),
    CONDUCTOR_SERVICE: name,
    [keptVariable]: JSON.stringify(Object.keys(theirs)),
  };
  await rest(operations.replaceVariables, {
    path: { serviceId: there.service.id },
    body: Object.entries(variables).map(([key, value]) => ({ key, value })),
  });
  workspace.adopted(there.service);
}

/** It has no variables: it is ours by lying in our environment. */
async function adoptKeyValue(site: Site, name: string): Promise<void> {
  const { stranger } = await lookForKeyValue(site, { name });
  if (!stranger) return;
  const { environment } = await ensureHome(site);
  await site.rest(operations.moveInto, {
    path: { environmentId: environment },
    body: { resourceIds: [stranger.id] },
  });
}

/** Render changes neither the type of a service nor what it is built from; and a store is of use only when its address is known. */
function assertAdoptable(
  { services, stores, environment }: Site['context'],
  name: string,
  { service, variables }: Kept,
): void {
  const wanted = services.find((one) => one.name === name);
  const { runtime } = service.serviceDetails;
  const words = { type: service.type.replace('_', ' '), name: service.name };
  if (wanted && service.type !== serviceType(wanted))
    throw refused(
      name,
      `${words.name} is a ${words.type} on Render, and ${name} has to be a ${serviceType(wanted).replace('_', ' ')}`,
    );
  const needed = wanted?.image ? 'image' : 'docker';
  if (wanted && runtime && runtime !== needed)
    throw refused(
      name,
      `${words.name} is built from ${runtime} on Render, and ${name} has to be from ${needed}`,
    );
  if (stores.some((store) => store.name === name) && !isReachable(service, variables)) {
    throw new ConductorError({
      code: 'render.not-adoptable',
      message: `The store ${name} cannot be taken over: ${words.name} does not say how it is reached.`,
      hint: `Give environments.${environment}.stores.${name} the \`url\` by which it is reached, or rename it on Render.`,
      exit: exitCode.checksFailed,
    });
  }
}

const refused = (name: string, why: string): ConductorError =>
  new ConductorError({
    code: 'render.not-adoptable',
    message: `The service ${name} cannot be taken over: ${why}, which Render does not change.`,
    hint: 'Rename or remove it on Render; the next deploy makes one beside it.',
    exit: exitCode.checksFailed,
  });
