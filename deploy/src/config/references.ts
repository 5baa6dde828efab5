import { wayOut } from 'conductor-backup/closest';
import type { Problem } from './problems.ts';
import type { ParsedProject } from './schema.ts';
import type { Setting } from './settings.ts';

/** What points to something that the config doesn't have: stores, services, settings. Each with its path and the way out. */
export function brokenReferences(project: ParsedProject): Problem[] {
  const stores = Object.keys(project.stores);
  const services = Object.keys(project.services);
  const problems: Problem[] = [];
  const known = (path: string, what: string, name: string, all: readonly string[]) => {
    if (!all.includes(name))
      problems.push({ path, message: `there is no ${what} "${name}"; ${wayOut(name, all)}` });
  };
  const settings = (path: string, all: Readonly<Record<string, Setting>>) => {
    for (const [name, setting] of Object.entries(all)) {
      if (typeof setting !== 'object') continue;
      if (setting.kind === 'store') known(`${path}.${name}`, 'store', setting.store, stores);
      if (setting.kind === 'service') known(`${path}.${name}`, 'service', setting.service, services);
    }
  };

  for (const [name, service] of Object.entries(project.services))
    settings(`services.${name}.settings`, service.settings);
  for (const [name, service] of Object.entries(project.services))
    problems.push(...brokenLinks(name, service, project.services));
  if (project.release) known('release.service', 'service', project.release.service, services);
  for (const [name, link] of Object.entries(project.links))
    known(`links.${name}.service`, 'service', link.service, services);

  for (const [name, environment] of Object.entries(project.environments)) {
    const path = `environments.${name}`;
    settings(`${path}.settings`, environment.settings);
    const declared = Object.values(project.services).flatMap((service) => Object.keys(service.settings));
    for (const setting of Object.keys(environment.settings)) {
      known(`${path}.settings.${setting}`, 'service with a setting', setting, [...new Set(declared)]);
    }
    for (const [service, own] of Object.entries(environment.services)) {
      known(`${path}.services.${service}`, 'service', service, services);
      settings(`${path}.services.${service}.settings`, own.settings ?? {});
    }
    for (const store of Object.keys(environment.stores))
      known(`${path}.stores.${store}`, 'store', store, stores);
    for (const service of Object.keys(environment.domains))
      known(`${path}.domains.${service}`, 'service', service, services);
  }
  return [...problems, ...sharedPaths(project)];
}

/** A link needs a page that everybody reaches, a service that says whether it still works, and a secret. */
function brokenLinks(
  name: string,
  service: ParsedProject['services'][string],
  all: ParsedProject['services'],
): Problem[] {
  return Object.entries(service.commands).flatMap(([command, link]): Problem[] => {
    if (Array.isArray(link)) return [];
    const path = `services.${name}.commands.${command}`;
    const { page, token } = link;
    const publicOnes = Object.keys(all).filter((each) => all[each]!.paths.length > 0);
    const settings = Object.keys(service.settings);
    return [
      ...(publicOnes.includes(page)
        ? []
        : [
            {
              path: `${path}.page`,
              message: `there is no public service "${page}"; ${wayOut(page, publicOnes)}`,
            },
          ]),
      ...(settings.includes(token)
        ? []
        : [
            {
              path: `${path}.token`,
              message: `there is no setting "${token}" of ${name}; ${wayOut(token, settings)}`,
            },
          ]),
      ...(publicOnes.includes(name)
        ? []
        : [{ path: `${path}.while`, message: `${name} has no public path by which it could be asked` }]),
    ];
  });
}

/** Two services cannot serve one public path. */
function sharedPaths(project: ParsedProject): Problem[] {
  const owner = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, service] of Object.entries(project.services)) {
    service.paths.forEach((path, i) => {
      const other = owner.get(path);
      if (other)
        problems.push({
          path: `services.${name}.paths[${i}]`,
          message: `"${path}" is already served by ${other}`,
        });
      else owner.set(path, name);
    });
  }
  return problems;
}
