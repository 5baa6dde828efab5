import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { TargetContext } from '../kind.ts';
import type { SecretsSeen } from '../secrets-seen.ts';
import { connection, type Surroundings } from '../surroundings.ts';
import { Account, type Place, railwayToken } from './account.ts';
import { type Api, createApi, isQuery } from './api.ts';
import { Environment, type RailwayService, type RailwayState } from './environment.ts';
import type { RailwaySettings } from './index.ts';

/** What works with Railway once its token is known. */
export interface Access {
  readonly api: Api;
  readonly account: Account;
  readonly context: TargetContext<RailwaySettings>;
  readonly clock: Clock;
}

/** What works with the platform once the environment is known there. */
export interface Site extends Access {
  readonly place: Place;
  readonly environment: Environment;
  /** Ids of services that this command has seen not to deploy by themselves at a push. */
  readonly quiet: Set<string>;
}

/** @throws {ConductorError} `railway.no-token` (exit 2). Asks Railway nothing yet. */
export async function openAccess(
  context: TargetContext<RailwaySettings>,
  surroundings: Surroundings,
  { clock, seen }: { clock: Clock; seen: SecretsSeen },
): Promise<Access> {
  const token = await railwayToken(context);
  seen.add('Railway token', token.value);
  const api = createApi({
    address: context.settings.api,
    token,
    clock,
    redact: seen.redact,
    ...connection(surroundings, context),
  });
  return { api, account: new Account(api, token, context, clock), context, clock };
}

/** From here on each change makes what was read of the environment count no more. */
export function siteAt(access: Access, place: Place): Site {
  const api: Api = async (operation, variables) => {
    if (isQuery(operation)) return access.api(operation, variables);
    environment.changed();
    try {
      return await access.api(operation, variables);
    } finally {
      environment.changed();
    }
  };
  const environment = new Environment(api, place, access.clock, access.context);
  return { ...access, api, place, environment, quiet: new Set() };
}

export function serviceIn(state: RailwayState, name: string): RailwayService {
  const service = state.services.find((one) => one.name === name);
  if (!service) throw noService(name);
  return service;
}

export const noService = (name: string): ConductorError =>
  new ConductorError({
    code: 'railway.no-service',
    message: `There is no service "${name}" in this environment on Railway.`,
    hint: 'Deploy first.',
    exit: exitCode.usage,
  });
