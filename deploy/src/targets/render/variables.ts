import type { Service } from '../../model/service.ts';
import { keptBy, keptVariable } from '../mark.ts';
import type { Render, Rendered } from '../variables.ts';
import { prefixOf } from './account.ts';
import type { RenderService } from './operations.ts';
import type { Site } from './site.ts';

/** Render has no references: they are resolved here. A service that is not there yet has its likely address. */
export const resolveWith =
  (
    { context }: Pick<Site, 'context'>,
    urls: ReadonlyMap<string, string>,
    services: ReadonlyMap<string, { readonly service: RenderService }>,
  ): Render =>
  (variable) => {
    if (variable.kind === 'store') {
      const url = urls.get(variable.store);
      if (!url) throw new Error(`the release has no store "${variable.store}"`);
      return { value: url, secret: true };
    }
    const own = context.domains[variable.service]?.[0];
    const there = services.get(variable.service)?.service.serviceDetails.url;
    const url = own
      ? `https://${own}`
      : (there ?? `https://${prefixOf(context)}${variable.service}.onrender.com`);
    return { value: variable.property === 'url' ? url : new URL(url).host, secret: false };
  };

export type Values = Readonly<Record<string, string>>;

export const values = (rendered: Readonly<Record<string, Rendered>>): Record<string, string> =>
  Object.fromEntries(Object.entries(rendered).map(([name, { value }]) => [name, value]));

export const sameValues = (a: Values, b: Values): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((name) => a[name] === b[name]);

/** What to remember of variables that are written: null for a plain one, a keyed fingerprint for a secret. */
export const rememberable = (
  rendered: Readonly<Record<string, Rendered>>,
  { context }: Pick<Site, 'context'>,
): Record<string, string | null> =>
  Object.fromEntries(
    Object.entries(rendered).map(([name, { value, secret }]) => [
      name,
      secret ? context.fingerprint(name, value) : null,
    ]),
  );

/** Those that others had set when the service was adopted, with the list of them. What others have set in one of ours is drift. */
export function keptValues(has: Values, wanted: Pick<Service, 'variables'>, earlier: object): Values {
  const names = [...keptBy(has, earlier, wanted), keptVariable];
  return Object.fromEntries(names.flatMap((name) => (name in has ? [[name, has[name]!]] : [])));
}
