import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Observed } from '../model/observed.ts';
import type { Proof } from '../model/proof.ts';
import type { Service } from '../model/service.ts';
import { passOf } from './maintenance.ts';
import { publicRoutes } from './routes.ts';
import { type Naming, type VerifyOptions, verify } from './verify.ts';

/** A release that is live, and by what it was seen to be. */
export interface Proven {
  /** How the place was after the answers that prove it. */
  readonly observed: Observed;
  readonly proofs: readonly Proof[];
}

/**
 * Sees that a release is live: through its public address, and then by what the place says of every service.
 * @throws {ConductorError} `verify.not-seen` where it is not seen; `deploy.not-converged` where a service runs something else.
 */
export async function prove(
  { target, verifyWithin: deadline }: Pick<Session, 'target' | 'verifyWithin'>,
  version: string,
  services: readonly Pick<Service, 'name' | 'paths' | 'health'>[],
  { tell, signal }: Pick<VerifyOptions, 'tell' | 'signal'> = {},
): Promise<Proven> {
  const before = target.urls ? { urls: await target.urls() } : await target.inspect();
  const { word } = target.traits;
  const seen = await verify(publicRoutes(services, before.urls), version, {
    deadline,
    nameless: word !== undefined,
    ...(tell && { tell }),
    pass: await passOf({ target }),
    ...(signal && { signal }),
  });
  // Anew, after its answers: only what is so at the end is a verdict.
  const observed = await target.inspect();
  const behind = services.flatMap(({ name }) => {
    const found = observed.services.find((each) => each.name === name);
    // What names no version stands on the place's word alone: it has to be there, and as good as it can be.
    const strict = seen.get(name) === 'nameless';
    if (!found) return strict ? [`${target.name} does not know ${name}`] : [];
    const { state } = found;
    if (found.version === version && !(strict && state !== 'live')) return [];
    return [`${name} runs ${found.version ?? 'nothing'} (${state})`];
  });
  if (behind.length === 0) return { observed, proofs: proofsOf(services, seen, observed, word) };
  throw new ConductorError({
    code: 'deploy.not-converged',
    message: behind.join('\n'),
    exit: exitCode.deployFailed,
  });
}

/** One for each service that was seen, in the order of the application's services: which answered first is chance. */
function proofsOf(
  services: readonly Pick<Service, 'name'>[],
  seen: ReadonlyMap<string, Naming>,
  observed: Observed,
  place = 'the platform',
): Proof[] {
  return services.flatMap(({ name: service }): Proof[] => {
    const naming = seen.get(service);
    if (!naming) return [];
    if (naming === 'named') return [{ service, by: 'x-release' }];
    const deployment = observed.services.find(({ name }) => name === service)?.deployment ?? null;
    return [{ service, by: 'deployment', place, deployment }];
  });
}
