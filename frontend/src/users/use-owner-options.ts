import { useMe } from '../session/use-me.ts';
import { useUsers } from './users-query.ts';

/** Whom the person at the screen may give a record to: a rep only themselves, others everybody. */
export function useOwnerOptions(): { value: string; label: string }[] {
  const me = useMe();
  const { options } = useUsers();
  return me.role === 'rep' ? options.filter(({ value }) => value === me.id) : options;
}
