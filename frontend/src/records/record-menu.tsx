import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconTrash } from '@tabler/icons-react';
import { type LinkProps, useNavigate } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { type DeletableRecord, useDelete } from './use-delete.ts';

interface Props {
  record: DeletableRecord;
  list: NonNullable<LinkProps['to']>;
  /** Once it is deleted, before its list is shown. */
  onDeleted?(): void;
}

/** What can be done with a record as a whole, whatever it is. Deleted, one goes back to its list. */
export function RecordMenu({ record, list, onDeleted }: Props) {
  const { t } = useText();
  const navigate = useNavigate();
  const remove = useDelete();
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('record.actions')} loading={remove.isPending}>
          <IconDots size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          c="var(--hot)"
          leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />}
          onClick={() =>
            remove.mutate(record, {
              onSuccess() {
                onDeleted?.();
                void navigate({ to: list });
              },
            })
          }
        >
          {t('record.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
