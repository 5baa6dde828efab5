import type { Release } from '../model/release.ts';
import type { Service, Variable } from '../model/service.ts';
import type { TargetContext } from './kind.ts';
import { markVariables } from './mark.ts';

/** A variable as it is written to a platform: its reference already in the platform's own syntax. */
export interface Rendered {
  readonly value: string;
  readonly secret: boolean;
}

/** Gives the platform's own word for a reference. */
export type Render = (variable: Extract<Variable, { kind: 'store' | 'service' }>) => Rendered;

/** Port that every service listens on where a platform does not choose one itself. */
export const port = 8080;

/** What each process is told about where it runs. */
const surroundings = (
  context: TargetContext,
  release: Release,
  service: Service,
  host: string,
): Record<string, string> => ({
  PORT: String(port),
  HOST: host,
  CONDUCTOR_RELEASE: release.version,
  ...(release.commit ? { CONDUCTOR_COMMIT: release.commit } : {}),
  CONDUCTOR_SERVICE: service.name,
  ...markVariables(context),
});

/** Names that are ours to set and nobody's to compare. */
export const isSurrounding = (name: string): boolean =>
  ['PORT', 'HOST'].includes(name) || name.startsWith('CONDUCTOR_');

export const renderAll = (
  variables: Readonly<Record<string, Variable>>,
  render: Render,
): Record<string, Rendered> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [
      name,
      variable.kind === 'plain' || variable.kind === 'secret'
        ? { value: variable.value, secret: variable.kind === 'secret' }
        : render(variable),
    ]),
  );

/** All variables of a service in a release. `host`: the address to listen on, where all of IPv4 is not enough. */
export const renderService = (
  context: TargetContext,
  release: Release,
  service: Service,
  render: Render,
  host = '0.0.0.0',
): Record<string, Rendered> => ({
  ...renderAll(service.variables, render),
  ...Object.fromEntries(
    Object.entries(surroundings(context, release, service, host)).map(([name, value]) => [
      name,
      { value, secret: false },
    ]),
  ),
});

/** Keyed fingerprint of a secret: tells whether it has changed without keeping it. */
export type Fingerprint = TargetContext['fingerprint'];

/** Address of a host. Only a test's own machine is reached without TLS. */
export const addressOf = (host: string): string =>
  `${/^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? 'http' : 'https'}://${host}`;
