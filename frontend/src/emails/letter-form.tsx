import { Button, CopyButton, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconCopy, IconExternalLink } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import { textHtml } from '../timeline/html.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { AiDrafts } from './ai-drafts.tsx';
import { mailto } from './mailto.ts';
import { useDraft } from './use-draft.ts';

/** Writes to somebody, by oneself or from what AI drafts; it leaves by one's own mail program. */
export default function LetterForm({ link, to }: { link: RecordLink; to?: string | null }) {
  const { t } = useText();
  const { signature } = useMe();
  const queryClient = useQueryClient();
  const signed = signature ? `\n\n${signature}` : '';
  const { letter, change, discard } = useDraft(link, { to: to ?? '', subject: '', body: signed });
  const { entity } = link;
  const ready = letter.body.trim() !== '';
  const log = useMutation({
    mutationFn: () =>
      ask('POST /activities', {
        body: {
          kind: 'note',
          body: textHtml(`${t('log.email')}: ${letter.subject}\n\n${letter.body.trim()}`),
          links: [link],
          occurredAt: new Date().toISOString(),
        },
      }),
    onSuccess() {
      discard();
      notifications.show({ message: t('letter.logged') });
      void queryClient.invalidateQueries({ queryKey: ['activity'] });
      void queryClient.invalidateQueries({ queryKey: [entity] });
    },
  });
  return (
    <Stack gap={12}>
      {entity !== 'company' && (
        <AiDrafts
          link={{ entity, id: link.id }}
          onUse={({ subject, body }) =>
            change({ subject, body: body + (body.includes(signature) ? '' : signed) })
          }
        />
      )}
      <TextInput
        label={t('letter.to')}
        type="email"
        autoComplete="off"
        value={letter.to}
        onChange={(event) => change({ to: event.currentTarget.value })}
      />
      <TextInput
        label={t('letter.subject')}
        maxLength={200}
        value={letter.subject}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <Textarea
        label={t('letter.body')}
        autosize
        minRows={6}
        maxRows={20}
        value={letter.body}
        onChange={(event) => change({ body: event.currentTarget.value })}
      />
      {log.error && <ProblemPanel error={log.error} />}
      <Group justify="flex-end" gap={8}>
        <CopyButton value={`${letter.subject}\n\n${letter.body.trim()}`}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              disabled={!ready}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? 'people.invite.copied' : 'letter.copy')}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" disabled={!ready} loading={log.isPending} onClick={() => log.mutate()}>
          {t('letter.log')}
        </Button>
        <Button
          component="a"
          href={mailto(letter)}
          data-disabled={!ready || undefined}
          aria-disabled={!ready}
          leftSection={<IconExternalLink size={16} aria-hidden />}
          onClick={(event) => !ready && event.preventDefault()}
        >
          {t('letter.open')}
        </Button>
      </Group>
    </Stack>
  );
}
