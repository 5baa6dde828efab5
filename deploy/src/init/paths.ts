import type { FoundService } from './found.ts';

/** Services that visitors may reach at `/`, the likeliest first: more than one of them is worth a question. */
export function fronts(services: readonly FoundService[]): FoundService[] {
  const open = services.filter(({ visited, paths }) => visited && !paths);
  return open.toSorted((one, other) => rank(one) - rank(other));
}

const rank = ({ name, static: files }: FoundService): number => {
  if (/^(web|www|site|frontend|front|client|app|ui)$/.test(name)) return 0;
  if (files !== undefined) return 1;
  if (/web|front|client|site/.test(name)) return 2;
  return /api|back|server|admin|docs|worker/.test(name) ? 4 : 3;
};

/** Gives each service that takes visitors its paths: `/` to one of them, a path of their own to the others. */
export function assignPaths(given: readonly FoundService[], front?: string): FoundService[] {
  const services = withoutDoubles(given);
  const open = fronts(services);
  const taken = new Set(services.flatMap(({ paths = [] }) => paths));
  const first = taken.has('/') ? undefined : (open.find(({ name }) => name === front) ?? open[0]);
  const certain = open.length === 1 || front !== undefined;
  const changed = new Map<FoundService, FoundService>();
  for (const service of open) {
    const { guesses, ...rest } = service;
    if (service === first) {
      changed.set(service, {
        ...rest,
        paths: ['/'],
        guesses: certain ? guesses : { ...guesses, paths: 'it looks like the one that visitors come to' },
      });
      continue;
    }
    const usual = /api|back|server/.test(service.name) && !taken.has('/api') ? '/api' : `/${service.name}`;
    const path = taken.has(usual) ? `${usual}-2` : usual;
    taken.add(path);
    changed.set(service, {
      ...rest,
      paths: [path],
      guesses: { ...guesses, paths: `it gets whatever begins with ${path}, with it` },
    });
  }
  return services.map((service) => changed.get(service) ?? service);
}

/** A path leads to the first service that names it. */
function withoutDoubles(services: readonly FoundService[]): FoundService[] {
  const taken = new Set<string>();
  return services.map((service) => {
    if (service.paths === undefined) return service;
    const own = [...new Set(service.paths)].filter((path) => !taken.has(path));
    for (const path of own) taken.add(path);
    const { paths: _paths, ...rest } = service;
    return own.length > 0 ? { ...rest, paths: own } : rest;
  });
}
