import { ConductorError, exitCode } from '../../errors.ts';
import type { TargetContext } from '../kind.ts';
import type { SecretsSeen } from '../secrets-seen.ts';
import type { SwarmSettings } from './index.ts';

/** What lets the engine into a registry that does not let everybody in. */
export interface RegistryLogin {
  /** Host and port, as names of images begin: `ghcr.io`. */
  readonly server: string;
  /** Value of `X-Registry-Auth` (https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication). */
  readonly header: string;
}

/**
 * The login that the settings name; null: they name none.
 * @throws {ConductorError} `swarm.no-registry-login` (exit 3)
 */
export async function registryLogin(
  { settings, credential, environment }: TargetContext<SwarmSettings>,
  seen: SecretsSeen,
): Promise<RegistryLogin | null> {
  if (!settings.registry) return null;
  const { server, credentials } = settings.registry;
  const value = await credential(credentials);
  const [, username, password] = /^([^:]+):(.+)$/s.exec(value?.trim() ?? '') ?? [];
  if (!(username && password))
    throw new ConductorError({
      code: 'swarm.no-registry-login',
      message: value
        ? `${credentials} is not \`user:token\`, by which the server logs in to ${server}.`
        : `There is no ${credentials}, by which the server logs in to ${server}.`,
      hint: `Give it as \`user:token\`: conductor secrets set ${environment} ${credentials}`,
      exit: exitCode.checksFailed,
    });
  const given = JSON.stringify({ username, password, serveraddress: server });
  const header = Buffer.from(given).toString('base64url');
  seen.add('registry login', password);
  seen.add('registry login', header);
  return { server, header };
}

/** Host of the registry that an image is of, as Docker reads its name. */
export function registryOf(image: string): string {
  const [first = '', ...more] = image.split('/');
  return more.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}

/** Headers by which the engine gets an image: a login goes to its own registry only. */
export function loginFor(
  { login }: { readonly login: RegistryLogin | null },
  image: string,
): Readonly<Record<string, string>> {
  return login && registryOf(image) === login.server ? { 'x-registry-auth': login.header } : {};
}
