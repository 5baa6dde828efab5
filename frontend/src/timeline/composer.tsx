import { Button, Group, MultiSelect, Select, Skeleton, Tabs, Textarea } from '@mantine/core';
import { IconAt } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, lazy, Suspense, useRef, useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { useMe } from '../session/use-me.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { TaskFields } from '../tasks/task-form.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { useUsers } from '../users/users-query.ts';
import { textHtml } from './html.ts';
import classes from './timeline.module.css';
import type { RecordLink } from './timeline-query.ts';

const kinds = ['note', 'call', 'whatsapp', 'meeting'] as const;
const outcomes = ['connected', 'no_answer', 'voicemail'] as const;
type Tab = (typeof kinds)[number] | 'email' | 'task';

const LetterForm = lazy(() => import('../emails/letter-form.tsx'));

/** Writes down what happened with a record, or what is to be done next; writes to its person. */
export function Composer({ link, email }: { link: RecordLink; email?: string | null }) {
  const { t } = useText();
  const [tab, setTab] = useState<Tab>('note');
  const area = useRef<HTMLDivElement>(null);
  const show = (next: Tab) => {
    setTab(next);
    requestAnimationFrame(() =>
      area.current?.querySelector<HTMLElement>('textarea, input[type="text"]')?.focus(),
    );
  };
  useShortcuts([
    { keys: 'n', label: 'log.note', run: () => show('note') },
    { keys: 'l', label: 'log.call', run: () => show('call') },
    { keys: 'w', label: 'log.whatsapp', run: () => show('whatsapp') },
    { keys: 'm', label: 'log.email', run: () => show('email') },
    { keys: 't', label: 'log.task', run: () => show('task') },
  ]);
  return (
    <Card>
      <Tabs value={tab} onChange={(next) => setTab(next as Tab)} keepMounted={false}>
        <Tabs.List mb={14} className={classes.tabs}>
          {[...kinds, 'email' as const, 'task' as const].map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`log.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div ref={area}>
          {kinds.map((kind) => (
            <Tabs.Panel key={kind} value={kind}>
              <LogForm kind={kind} link={link} />
            </Tabs.Panel>
          ))}
          <Tabs.Panel value="email">
            <Suspense fallback={<Skeleton height={280} />}>
              <LetterForm key={link.id} link={link} to={email} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="task">
            <TaskFields link={link} onDone={() => setTab('note')} />
          </Tabs.Panel>
        </div>
      </Tabs>
    </Card>
  );
}

function LogForm({ kind, link }: { kind: (typeof kinds)[number]; link: RecordLink }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const [body, setBody] = useState('');
  const [mentions, setMentions] = useState<string[]>([]);
  const me = useMe();
  const { options } = useUsers();
  const colleagues = options.filter(({ value }) => value !== me.id);
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]>('connected');
  const log = useMutation({
    mutationFn: () =>
      ask('POST /activities', {
        body: {
          kind,
          body: textHtml(body.trim()),
          links: [link],
          occurredAt: new Date().toISOString(),
          mentions,
          ...(kind === 'call' && { outcome, direction: 'out' as const }),
        },
      }),
    onSuccess() {
      setBody('');
      setMentions([]);
      void queryClient.invalidateQueries({ queryKey: ['activity'] });
      void queryClient.invalidateQueries({ queryKey: [link.entity] });
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (body.trim() !== '' || kind === 'call') log.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        aria-label={t(`log.${kind}`)}
        placeholder={t(`log.placeholder.${kind}`)}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={20_000}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit()}
      />
      {log.error && <ProblemPanel error={log.error} />}
      <Group justify="flex-end" gap={8} mt={10}>
        {colleagues.length > 0 && (
          <MultiSelect
            className={classes.mentions}
            aria-label={t('log.mention')}
            placeholder={mentions.length === 0 ? t('log.mention') : undefined}
            leftSection={<IconAt size={16} stroke={1.7} aria-hidden />}
            searchable
            hidePickedOptions
            maxValues={20}
            data={colleagues}
            value={mentions}
            onChange={setMentions}
          />
        )}
        {kind === 'call' && (
          <Select
            aria-label={t('log.outcome')}
            allowDeselect={false}
            w={160}
            data={outcomes.map((value) => ({ value, label: t(`log.outcome.${value}`) }))}
            value={outcome}
            onChange={(value) => setOutcome(value as typeof outcome)}
          />
        )}
        <Button type="submit" loading={log.isPending} disabled={body.trim() === '' && kind !== 'call'}>
          {t('log.save')}
        </Button>
      </Group>
    </form>
  );
}
