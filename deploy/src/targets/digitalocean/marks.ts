import type { Foreign } from '../../model/observed.ts';
import { isMarked, type Mark, whose } from '../mark.ts';
import type { Component, Spec } from './operations.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Plain variables of a component, by name; of secrets only that they are there. */
export const variablesIn = (component: Pick<Component, 'envs'> | undefined): Variables =>
  Object.fromEntries((component?.envs ?? []).map(({ key, value }) => [key, value]));

/** It carries our mark and runs a release. */
export const isOurs = (component: Component, mark: Mark): boolean =>
  isMarked(variablesIn(component), mark) && 'CONDUCTOR_RELEASE' in variablesIn(component);

const running = (spec: Spec | null | undefined): Component[] => [
  ...(spec?.services ?? []),
  ...(spec?.workers ?? []),
];

/** Our components of a spec that run as services do. */
export const ourComponents = (spec: Spec | null | undefined, mark: Mark): Component[] =>
  running(spec).filter((component) => isOurs(component, mark));

/** Version of the release that a spec is of. Null for none, or for two: a spec that someone has mixed. */
export function versionOf(spec: Spec | null | undefined, mark: Mark): string | null {
  const versions = new Set(ourComponents(spec, mark).map((one) => variablesIn(one).CONDUCTOR_RELEASE!));
  return versions.size === 1 ? [...versions][0]! : null;
}

/** The component of this name that runs as services do. */
export const componentOf = (spec: Spec | null | undefined, name: string): Component | undefined =>
  running(spec).find((component) => component.name === name);

/** Components of others in a spec that have one of these names, whatever they are. */
export function strangersIn(spec: Spec, names: ReadonlySet<string>, mark: Mark): Foreign[] {
  const all: Component[] = [...running(spec), ...(spec.static_sites ?? []), ...(spec.functions ?? [])];
  return all
    .filter((component) => names.has(component.name) && !isOurs(component, mark))
    .map(
      (component): Foreign => ({
        what: 'service',
        name: component.name,
        detail: `a component of that name is in the app ${spec.name} on DigitalOcean, and ${whose(variablesIn(component))}`,
      }),
    );
}
