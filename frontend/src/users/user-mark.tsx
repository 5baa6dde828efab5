import { useText } from '../i18n/i18n.ts';
import { Initials } from './initials.tsx';
import { useUsers } from './users-query.ts';

/** Somebody's initials, with the whole name for those who point or listen; nobody is a dashed circle. */
export function UserMark({ id, size }: { id: string | null; size?: number }) {
  const { t } = useText();
  const { nameOf } = useUsers();
  const name = id === null ? t('users.nobody') : nameOf(id);
  return (
    <span title={name}>
      <Initials name={id === null ? null : name} size={size} />
      <span className="visually-hidden">{name}</span>
    </span>
  );
}
