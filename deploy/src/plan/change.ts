import type { Change } from '../targets/target.ts';

/** A change as the title of a step. Names only: a variable's value never gets here. */
export function titleOf(change: Change): string {
  switch (change.kind) {
    case 'store':
      return `${change.action === 'create' ? 'Provide' : 'Remove'} the store ${change.store.name}`;
    case 'service':
      return `${{ create: 'Create', update: 'Update', remove: 'Remove' }[change.action]} the service ${change.service.name}`;
    case 'variables': {
      const names = [...Object.keys(change.set), ...change.unset.map((name) => `-${name}`)];
      return `Set the variables of ${change.service} (${names.length})`;
    }
    case 'domain':
      return `${change.action === 'create' ? 'Add' : 'Remove'} the domain ${change.host}`;
  }
}

/** What can't be undone by deploying again: it needs to be confirmed. */
export const isDestructive = (change: Change): boolean => 'action' in change && change.action === 'remove';
