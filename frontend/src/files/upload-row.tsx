import { ActionIcon, Progress } from '@mantine/core';
import { IconRefresh, IconUpload, IconX } from '@tabler/icons-react';
import { Problem } from '../api/problem.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import classes from './files.module.css';
import { type Upload, uploads } from './uploads.ts';

/** A file on its way: how far it is and how to cancel it; or why it is not here, and how to try again. */
export function UploadRow({ upload }: { upload: Upload }) {
  const { t } = useText();
  const format = useFormat();
  const { id, file, state, part, refusal } = upload;
  const { name } = file;
  const failed = state === 'failed';
  return (
    <li className={classes.row} data-failed={failed || undefined}>
      <IconUpload size={18} stroke={1.6} className={classes.icon} aria-hidden />
      <div className={classes.what}>
        {name}
        {failed ? <Reason upload={upload} /> : <Sending {...{ name, state, part }} />}
        {state === 'sending' && (
          <small>
            {format.percent(part)} · {format.size(file.size)}
          </small>
        )}
      </div>
      {failed && !refusal && (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={() => uploads.retry(id)}
          aria-label={t('files.retry', { name })}
        >
          <IconRefresh size={17} stroke={1.7} />
        </ActionIcon>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={() => uploads.remove(id)}
        aria-label={t(failed ? 'files.dismiss' : 'files.cancel', { name })}
      >
        <IconX size={17} stroke={1.7} />
      </ActionIcon>
    </li>
  );
}

function Sending({ name, state, part }: { name: string } & Pick<Upload, 'state' | 'part'>) {
  const { t } = useText();
  if (state === 'waiting') return <small>{t('files.waiting')}</small>;
  return (
    <Progress.Root size={6} mt={4}>
      <Progress.Section value={part * 100} aria-label={t('files.sending', { name })} />
    </Progress.Root>
  );
}

/** Why a file is not here, in the reader's words. */
function Reason({ upload: { refusal, error } }: { upload: Upload }) {
  const { t } = useText();
  const words = () => {
    if (refusal) return t(`files.refused.${refusal}`);
    if (!(error instanceof Problem)) return t('problem.title');
    return error.status === 0 ? t('problem.offline') : error.message;
  };
  return <small role="alert">{words()}</small>;
}
