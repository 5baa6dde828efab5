import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { isSurrounding, port, type Rendered, renderService } from '../variables.ts';
import { publicUrl } from './addresses.ts';
import { label, labelsOf, serviceName } from './names.ts';
import { settingsText } from './settings-file.ts';
import type { Site } from './site.ts';
import type { LoadedImage, Part } from './spec.ts';
import { ensureFile } from './specification.ts';

/** Everything that a service of a release is started with. Its secret variables lie in a secret of the swarm, of this service and release alone. */
export async function partOf(
  site: Site,
  release: Release,
  service: Service,
  services: readonly Service[],
  image: LoadedImage,
  storeUrls: ReadonlyMap<string, string>,
): Promise<Part> {
  const { context } = site;
  const variables = renderService(context, release, service, (variable) => {
    if (variable.kind === 'store') return { value: storeUrls.get(variable.store) ?? '', secret: true };
    const other = services.find(({ name }) => name === variable.service);
    // Each release talks to its own: they move together, or not at all.
    const url =
      other && other.paths.length === 0
        ? `http://${serviceName(context, other.name, release.version)}:${port}`
        : publicUrl(variable.service, context);
    return { value: variable.property === 'url' ? url : new URL(url).host, secret: false };
  });
  const secrets = Object.entries(variables).filter(([, { secret }]) => secret);
  return {
    whose: context,
    settings: context.settings,
    service,
    version: release.version,
    image,
    variables,
    fingerprints: Object.fromEntries(
      secrets.map(([name, { value }]) => [name, context.fingerprint(name, value)]),
    ),
    secret: await ensureSettings(site, release, service, secrets),
    api: site.api,
  };
}

async function ensureSettings(
  site: Site,
  release: Release,
  service: Service,
  secrets: readonly (readonly [string, Rendered])[],
): Promise<Part['secret']> {
  if (secrets.length === 0) return null;
  const name = serviceName(site.context, service.name, release.version);
  const text = settingsText(Object.fromEntries(secrets.map(([key, { value }]) => [key, value])));
  const labels = labelsOf(site.context, 'service', {
    [label.name]: service.name,
    [label.release]: release.version,
  });
  return { name, id: await ensureFile(site, 'secret', name, text, labels) };
}

/** Variables of a service as they are seen from outside: plain ones with their values, of secret ones the fingerprints. */
export function observedVariables(
  env: readonly string[],
  fingerprints: string | undefined,
): Record<string, { value: string } | { fingerprint: string }> {
  const plain = env.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const secret = Object.entries(JSON.parse(fingerprints ?? '{}') as Record<string, string>);
  return Object.fromEntries([
    ...plain.filter(([name]) => !isSurrounding(name)).map(([name, value]) => [name, { value }] as const),
    ...secret.map(([name, fingerprint]) => [name, { fingerprint }] as const),
  ]);
}
