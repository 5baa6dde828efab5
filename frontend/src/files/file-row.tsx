import { ActionIcon } from '@mantine/core';
import { IconArrowBackUp, IconFile, IconPhoto, IconTrash } from '@tabler/icons-react';
import { fillPath } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useUsers } from '../users/users-query.ts';
import { FileLink } from './file-link.tsx';
import classes from './files.module.css';
import type { StoredFile } from './files-query.ts';
import { useDeleteFile, useRestoreFile } from './use-delete-file.ts';

/** A file that is here: a link to it, what it is, and the way to delete it, or to restore it where it was deleted. */
export function FileRow({ file }: { file: StoredFile }) {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const remove = useDeleteFile();
  const restore = useRestoreFile();
  const { id, name, size, type, createdAt, createdBy, deletedAt } = file;
  const KindIcon = type.startsWith('image/') ? IconPhoto : IconFile;
  return (
    <li className={classes.row}>
      <KindIcon size={18} stroke={1.6} className={classes.icon} aria-hidden />
      <div className={classes.what}>
        {deletedAt ? (
          name
        ) : (
          <FileLink path={fillPath('/files/{id}/content', { id })} name={name} type={type} />
        )}
        <small>
          {[format.size(size), createdBy && nameOf(createdBy), format.dateTime(createdAt)]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </div>
      {deletedAt ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={restore.isPending}
          onClick={() => restore.mutate(file)}
          aria-label={t('files.restore', { name })}
        >
          <IconArrowBackUp size={17} stroke={1.7} />
        </ActionIcon>
      ) : (
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={remove.isPending}
          onClick={() => remove.mutate(file)}
          aria-label={t('files.delete', { name })}
        >
          <IconTrash size={17} stroke={1.7} />
        </ActionIcon>
      )}
    </li>
  );
}
