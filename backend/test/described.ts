import type { FastifyInstance } from 'fastify';

type Description = Record<string, Record<string, { responses?: Record<string, unknown> }>>;

/** Says of an answer that the API's description does not have it; undefined where it does, and of what is not described at all. */
export function undescribed(
  app: FastifyInstance,
): (method: string, url: string, status: number) => string | undefined {
  let paths: [pattern: RegExp, path: string][] | undefined;
  let description: Description = {};
  return (method, url, status) => {
    if (paths === undefined) {
      description = app.swagger().paths as Description;
      // What has no parameter comes before what has one, as the router has it.
      paths = Object.keys(description)
        .sort((a, b) => a.split('{').length - b.split('{').length)
        .map((path) => [new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`), path]);
    }
    const bare = url.split('?')[0]!;
    const path = paths.find(([pattern]) => pattern.test(bare))?.[1];
    const operation = path && description[path]![method.toLowerCase()];
    if (!operation || status in (operation.responses ?? {})) return undefined;
    return `${method} ${path} answers ${status}, which /openapi.json does not say`;
  };
}
