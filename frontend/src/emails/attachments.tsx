import { ActionIcon, Button, FileButton, Group, Menu } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import classes from '../files/files.module.css';
import { filesQuery } from '../files/files-query.ts';
import { sendFile } from '../files/send-file.ts';
import { mostBytes } from '../files/uploads.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import type { Attached } from './letter.ts';

interface Props {
  /** The record whose files they are: those from this computer come to it, too. */
  link: RecordLink;
  files: Attached[];
  onChange(files: Attached[]): void;
  /** Told whether a file is on its way: until it is here the letter is not whole. */
  onBusy(busy: boolean): void;
}

const sum = (files: readonly { size: number }[]) => files.reduce((total, { size }) => total + size, 0);

/** What goes with a letter: files of its record, or of this computer, 10 MB together. */
export function Attachments({ link, files, onChange, onBusy }: Props) {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [part, setPart] = useState(0);
  const reset = useRef<() => void>(null);
  const ofRecord = useInfiniteQuery(filesQuery(link)).data?.pages.flatMap(({ data }) => data) ?? [];
  const others = ofRecord.filter(({ id }) => files.every((one) => one.id !== id));
  const tooMuch = (more: readonly { size: number }[]) => sum([...files, ...more]) > mostBytes;
  const [refused, setRefused] = useState(false);
  const upload = useMutation({
    async mutationFn(chosen: File[]) {
      onBusy(true);
      let all = files;
      for (const file of chosen) {
        setPart(0);
        const { signal } = new AbortController();
        const { id, name, size, type } = await sendFile(link, file, { signal, onProgress: setPart });
        all = [...all, { id, name, size, type }];
        onChange(all);
      }
    },
    onSettled() {
      onBusy(false);
      for (const key of ['file', 'activity']) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
  const choose = (chosen: File[]) => {
    reset.current?.();
    setRefused(tooMuch(chosen));
    if (chosen.length > 0 && !tooMuch(chosen)) upload.mutate(chosen);
  };
  return (
    <section aria-label={t('letter.files')}>
      <Group gap={8}>
        <FileButton multiple resetRef={reset} onChange={choose} disabled={upload.isPending}>
          {(props) => (
            <Button
              {...props}
              size="compact-sm"
              variant="subtle"
              disabled={upload.isPending}
              leftSection={<IconPaperclip size={15} aria-hidden />}
            >
              {upload.isPending ? format.percent(part) : t('letter.files.computer')}
            </Button>
          )}
        </FileButton>
        {others.length > 0 && (
          <Menu position="bottom-start">
            <Menu.Target>
              <Button size="compact-sm" variant="subtle" disabled={upload.isPending}>
                {t('letter.files.record')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {others.map(({ id, name, size, type }) => (
                <Menu.Item
                  key={id}
                  disabled={tooMuch([{ size }])}
                  onClick={() => onChange([...files, { id, name, size, type }])}
                >
                  {name} · {format.size(size)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {files.length > 0 && (
          <small role="status">
            {t('letter.files.total', { size: format.size(sum(files)), most: format.size(mostBytes) })}
          </small>
        )}
      </Group>
      {refused && (
        <p className={classes.refused} role="alert">
          {t('letter.files.tooLarge', { most: format.size(mostBytes) })}
        </p>
      )}
      {upload.error && <ProblemPanel error={upload.error} />}
      <ul className={classes.list}>
        {files.map(({ id, name, size }) => (
          <li key={id} className={classes.row}>
            <IconPaperclip size={16} stroke={1.6} className={classes.icon} aria-hidden />
            <div className={classes.what}>
              {name}
              <small>{format.size(size)}</small>
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={upload.isPending}
              onClick={() => onChange(files.filter((one) => one.id !== id))}
              aria-label={t('letter.files.remove', { name })}
            >
              <IconX size={17} stroke={1.7} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </section>
  );
}
