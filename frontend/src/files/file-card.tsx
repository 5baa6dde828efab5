import { Button, FileButton, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useRef, useState, useSyncExternalStore } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { FileRow } from './file-row.tsx';
import classes from './files.module.css';
import { filesQuery } from './files-query.ts';
import { UploadRow } from './upload-row.tsx';
import { type Chosen, uploads } from './uploads.ts';

/** The files of a record: chosen or dropped, downloaded, deleted and restored. */
export function FileCard({ link }: { link: RecordLink }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const [over, setOver] = useState(false);
  const [showDeleted, setShowDeleted] = useState(false);
  const reset = useRef<() => void>(null);
  const underWay = useSyncExternalStore(uploads.subscribe, () => uploads.list).filter(
    (one) => one.link.entity === link.entity && one.link.id === link.id,
  );
  const add = (chosen: Chosen[]) => {
    uploads.add(link, chosen, () => {
      for (const key of ['file', 'activity']) void queryClient.invalidateQueries({ queryKey: [key] });
    });
    // The same file can be chosen again.
    reset.current?.();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way beside the button
    <div
      className={classes.zone}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(dropped(event));
      }}
    >
      <Card
        title={t('files.title')}
        aside={
          <FileButton multiple resetRef={reset} onChange={(files) => add(files.map((file) => ({ file })))}>
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="subtle"
                leftSection={<IconPlus size={15} aria-hidden />}
              >
                {t('files.add')}
              </Button>
            )}
          </FileButton>
        }
      >
        {over && <p className={classes.none}>{t('files.drop')}</p>}
        <ul className={classes.list}>
          {underWay.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </ul>
        <FileList link={link} none={underWay.length > 0 || over ? '' : t('files.none')} />
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          mt={6}
          ml={-8}
          fw={500}
          aria-expanded={showDeleted}
          onClick={() => setShowDeleted(!showDeleted)}
        >
          {t('files.deletedOnes')}
        </Button>
        {showDeleted && <FileList link={link} deleted none={t('files.noneDeleted')} />}
      </Card>
    </div>
  );
}

/** The files that are here, or those that were deleted. */
function FileList({ link, deleted, none }: { link: RecordLink; deleted?: boolean; none: string }) {
  const { t } = useText();
  const files = useInfiniteQuery(filesQuery(link, deleted));
  const shown = files.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <>
      {files.error && <ProblemPanel error={files.error} onRetry={() => void files.refetch()} />}
      {files.isPending && <Skeleton height={40} />}
      {files.isSuccess && shown.length === 0 && none && <p className={classes.none}>{none}</p>}
      <ul className={classes.list}>
        {shown.map((file) => (
          <FileRow key={file.id} file={file} />
        ))}
      </ul>
      {files.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          loading={files.isFetchingNextPage}
          onClick={() => void files.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
    </>
  );
}

/** What was dropped; folders are told from files, which look alike otherwise. */
function dropped({ dataTransfer }: DragEvent): Chosen[] {
  return [...dataTransfer.items].flatMap((item) => {
    const file = item.getAsFile();
    return file ? [{ file, isFolder: item.webkitGetAsEntry()?.isDirectory ?? false }] : [];
  });
}
