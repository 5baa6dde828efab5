import {
  Alert,
  Button,
  CopyButton,
  Group,
  Select,
  Skeleton,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconClock, IconCopy, IconExternalLink, IconSend } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import { defaultDue } from '../tasks/due.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { AiDrafts } from './ai-drafts.tsx';
import { Attachments } from './attachments.tsx';
import { draftQuery, type Email, templatesQuery } from './emails-query.ts';
import { type Draft, draftOf, hasWholeAddresses } from './letter.ts';
import { mailto } from './mailto.ts';
import { serverQuery } from './server-query.ts';
import { useLetter } from './use-letter.ts';

interface Props {
  /** The record it is about. */
  link?: RecordLink;
  to?: string | null;
  /** A letter that was begun; without it the one about the record that was. */
  begun?: Email;
  onDone?: () => void;
}

/** Writes to somebody, and goes on with what was begun. */
export default function LetterForm({ link, to, begun, onDone }: Props) {
  const draft = useQuery({
    ...draftQuery(link ?? { entity: 'lead', id: '' }),
    enabled: !begun && link !== undefined,
  });
  const server = useQuery(serverQuery);
  if (server.isPending || (draft.isPending && draft.fetchStatus !== 'idle')) return <Skeleton height={280} />;
  return (
    <Letter
      links={begun?.links ?? (link ? [link] : [])}
      to={to ?? null}
      begun={begun ?? draft.data ?? null}
      able={server.data?.configured.smtp ?? false}
      onDone={onDone}
    />
  );
}

interface LetterProps {
  links: RecordLink[];
  to: string | null;
  begun: Email | null;
  able: boolean;
  onDone?: (() => void) | undefined;
}

function Letter({ links, to, begun, able, onDone }: LetterProps) {
  const { t } = useText();
  const format = useFormat();
  const { signature } = useMe();
  const queryClient = useQueryClient();
  const signed = signature ? `\n\n${signature}` : '';
  const empty: Draft = {
    to: to ? [to] : [],
    cc: [],
    bcc: [],
    subject: '',
    body: signed,
    html: null,
    templateId: null,
    files: [],
    tracking: true,
  };
  const { draft, saved, problem, settle, reset, ...letter } = useLetter(
    begun,
    begun ? draftOf(begun) : empty,
    links,
  );
  const change = (part: Partial<Draft>) => {
    send.reset();
    letter.change(part);
  };
  const [copies, setCopies] = useState(draft.cc.length + draft.bcc.length > 0);
  const [at, setAt] = useState<string | null>(null);
  const link = links[0];
  const [attaching, setAttaching] = useState(false);
  const ready =
    !attaching && draft.body.trim() !== '' && draft.subject.trim() !== '' && hasWholeAddresses(draft);

  const send = useMutation({
    async mutationFn(moment: string | null) {
      const { id, version } = await settle();
      return moment === null
        ? ask('POST /emails/{id}/send', { path: { id }, version })
        : ask('POST /emails/{id}/schedule', {
            path: { id },
            version,
            body: { at: new Date(moment).toISOString() },
          });
    },
    onSuccess({ status, scheduledAt }) {
      notifications.show({
        message:
          status === 'scheduled'
            ? t('letter.scheduled', { time: format.dateTime(scheduledAt!) })
            : t('letter.queued'),
      });
      reset(empty);
      setAt(null);
      for (const queryKey of [['email'], ['activity'], ...links.map(({ entity }) => [entity])])
        void queryClient.invalidateQueries({ queryKey });
      onDone?.();
    },
  });
  return (
    <Stack gap={12}>
      {!able && <Alert color="yellow">{t('letter.off')}</Alert>}
      {link && link.entity !== 'company' && (
        <AiDrafts
          link={{ entity: link.entity, id: link.id }}
          onUse={({ subject, body }) =>
            change({ subject, body: body + (body.includes(signature) ? '' : signed), html: null })
          }
        />
      )}
      <Templates
        templateId={draft.templateId}
        links={links}
        text={`${draft.subject}
${draft.body}`}
        onUse={change}
      />
      <TagsInput
        label={t('letter.to')}
        splitChars={[',', ';', ' ']}
        acceptValueOnBlur
        maxTags={20}
        value={draft.to}
        onChange={(next) => change({ to: next })}
        rightSectionWidth={90}
        rightSection={
          !copies && (
            <Button variant="subtle" size="compact-xs" onClick={() => setCopies(true)}>
              {t('letter.copies')}
            </Button>
          )
        }
      />
      {copies && (
        <Group grow gap={12}>
          <TagsInput
            label={t('letter.cc')}
            splitChars={[',', ';', ' ']}
            acceptValueOnBlur
            maxTags={20}
            value={draft.cc}
            onChange={(next) => change({ cc: next })}
          />
          <TagsInput
            label={t('letter.bcc')}
            splitChars={[',', ';', ' ']}
            acceptValueOnBlur
            maxTags={20}
            value={draft.bcc}
            onChange={(next) => change({ bcc: next })}
          />
        </Group>
      )}
      <TextInput
        label={t('letter.subject')}
        maxLength={200}
        value={draft.subject}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <Textarea
        label={t('letter.body')}
        autosize
        minRows={6}
        maxRows={20}
        description={draft.html === null ? undefined : t('letter.keepsForm')}
        value={draft.body}
        onChange={(event) => change({ body: event.currentTarget.value, html: null })}
      />
      {link && (
        <Attachments
          link={link}
          files={draft.files}
          onChange={(files) => change({ files })}
          onBusy={setAttaching}
        />
      )}
      <Switch
        label={t('letter.tracking')}
        description={t('letter.trackingHint')}
        checked={draft.tracking}
        onChange={(event) => change({ tracking: event.currentTarget.checked })}
      />
      {(send.error ?? problem) != null && <ProblemPanel error={send.error ?? problem} />}
      {at !== null && (
        <Group gap={8} align="flex-end" justify="flex-end">
          <TextInput
            type="datetime-local"
            label={t('letter.when')}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <Button variant="default" onClick={() => setAt(null)}>
            {t('letter.notLater')}
          </Button>
          <Button
            loading={send.isPending}
            disabled={!ready || !able || at === ''}
            onClick={() => send.mutate(at)}
          >
            {t('letter.schedule')}
          </Button>
        </Group>
      )}
      <Group justify="space-between" gap={8}>
        <small role="status">{saved && t('letter.saved', { time: format.time(saved) })}</small>
        <Group justify="flex-end" gap={8}>
          <CopyButton value={`${draft.subject}\n\n${draft.body.trim()}`}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                disabled={draft.body.trim() === ''}
                leftSection={
                  copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
                }
                onClick={copy}
              >
                {t(copied ? 'people.invite.copied' : 'letter.copy')}
              </Button>
            )}
          </CopyButton>
          <Button
            component="a"
            variant="default"
            href={mailto({ to: draft.to.join(', '), subject: draft.subject, body: draft.body })}
            leftSection={<IconExternalLink size={16} aria-hidden />}
          >
            {t('letter.open')}
          </Button>
          {able && at === null && (
            <>
              <Button
                variant="default"
                disabled={!ready}
                leftSection={<IconClock size={16} aria-hidden />}
                onClick={() => setAt(defaultDue())}
              >
                {t('letter.later')}
              </Button>
              <Button
                disabled={!ready}
                loading={send.isPending}
                leftSection={<IconSend size={16} aria-hidden />}
                onClick={() => send.mutate(null)}
              >
                {t('letter.send')}
              </Button>
            </>
          )}
        </Group>
      </Group>
    </Stack>
  );
}

/** Begins from a template, filled in for this record; what is not known of it is said, and keeps the letter from being sent. */
function Templates(props: {
  templateId: string | null;
  links: RecordLink[];
  /** What the letter says now. */
  text: string;
  onUse(part: Pick<Draft, 'subject' | 'body' | 'html' | 'templateId'>): void;
}) {
  const { t } = useText();
  const templates = useQuery(templatesQuery);
  const render = useMutation({
    mutationFn: (id: string) =>
      ask('POST /templates/{id}/render', { path: { id }, body: { links: props.links } }),
    onSuccess({ subject, bodyText, bodyHtml }, id) {
      props.onUse({ subject, body: bodyText, html: bodyHtml, templateId: id });
    },
  });
  if (!templates.data) return null;
  // As soon as it is filled in or taken out, nothing is missing any more.
  const missing = (render.data?.missing ?? []).filter((name) => props.text.includes(`{{${name}}}`));
  return (
    <>
      <Group gap={8} align="flex-end" wrap="nowrap">
        {templates.data.data.length > 0 && (
          <Select
            flex={1}
            label={t('letter.template')}
            placeholder={t('letter.template.none')}
            searchable
            clearable={false}
            data={templates.data.data.map(({ id, name }) => ({ value: id, label: name }))}
            value={props.templateId}
            onChange={(id) => id && render.mutate(id)}
          />
        )}
        <Button
          variant="subtle"
          px={8}
          renderRoot={(attributes) => <Link {...attributes} to="/emails/templates" />}
        >
          {t('templates.more')}
        </Button>
      </Group>
      {render.error && <ProblemPanel error={render.error} />}
      {missing.length > 0 && (
        <Alert color="yellow">
          {t('letter.missing', { list: missing.map((name) => `{{${name}}}`).join(', ') })}
        </Alert>
      )}
    </>
  );
}
