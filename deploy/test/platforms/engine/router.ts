import { storedJson } from '../contracts/stored.ts';

/** An operation of the published schema that a request calls, and the path as the schema writes it. */
export interface Routed {
  readonly id: string;
  readonly path: Readonly<Record<string, string>>;
  readonly canonical: string;
}

interface Route {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
}

/** The engine's paths. The name of an image may have slashes in it, written as they are or as `%2F`. */
export class Router {
  readonly #routes: readonly Route[];

  constructor() {
    const { paths } = storedJson('docker.openapi.generated.json') as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const routes = Object.entries(paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, { operationId }]): Route => {
        const source = template.replace(
          /\{(\w+)\}/g,
          template.startsWith('/images/') ? '(?<$1>.+)' : '(?<$1>[^/]+)',
        );
        return {
          id: operationId,
          method: method.toUpperCase(),
          template,
          pattern: new RegExp(`^${source}$`),
        };
      }),
    );
    // Plain words before names: `/images/json`, `/images/{name}`.
    this.#routes = routes.toSorted((a, b) => count(a.template) - count(b.template));
  }

  find(method: string, path: string): Routed | null {
    for (const { id, method: own, template, pattern } of this.#routes) {
      const match = own === method ? pattern.exec(path) : null;
      if (!match) continue;
      const found = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      const canonical = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(found[name]!));
      return { id, path: found, canonical };
    }
    return null;
  }
}

const count = (template: string): number => template.split('{').length;
