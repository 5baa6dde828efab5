import type { Change } from '../model/change.ts';

/** A change as the title of a step. Names only: a variable's value never gets here. */
export function titleOf(change: Change): string {
  switch (change.kind) {
    case 'adopt':
      return `Take over the ${change.what} ${change.name}`;
    case 'store':
      return `${change.action === 'create' ? 'Provide' : 'Remove'} the store ${change.store.name}`;
    case 'upgrade':
      return `Start the store ${change.store} again as ${change.to} (until now ${change.from})`;
    case 'service':
      return `${{ create: 'Create', update: 'Update', remove: 'Remove' }[change.action]} the service ${change.service.name}`;
    case 'variables':
      return `Set the variables of ${change.service} (${Object.keys(change.set).length + change.unset.length})`;
    case 'domain':
      return `${change.action === 'create' ? 'Add' : 'Remove'} the domain ${change.host}`;
  }
}

/** A name that the same change has in every plan, so that a resumed deploy knows it again. */
export function idOf(change: Change): string {
  switch (change.kind) {
    case 'adopt':
      return `${adopting}${change.what}:${change.name}`;
    case 'store':
      return `${change.action}:store:${change.store.name}`;
    case 'upgrade':
      return `${upgrading}${change.store}`;
    case 'service':
      return `${change.action}:service:${change.service.name}`;
    case 'variables':
      return `set:variables:${change.service}`;
    case 'domain':
      return `${change.action}:domain:${change.host}`;
  }
}

const adopting = 'adopt:';

/** Names that the steps of these ids take over. */
export const adoptedBy = (steps: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(steps.flatMap(({ id }) => (id.startsWith(adopting) ? [id.split(':')[2]!] : [])));

const upgrading = 'upgrade:store:';

/** Whether the steps of these ids upgrade stores. */
export const upgradesIn = (steps: readonly { readonly id: string }[]): boolean =>
  steps.some(({ id }) => id.startsWith(upgrading));
