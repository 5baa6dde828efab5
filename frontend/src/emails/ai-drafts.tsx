import { Alert, Button, Chip, Group, Select, Stack, Tabs, Textarea } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { AiLine } from '../ai/ai-line.tsx';
import { useAi } from '../ai/ai-query.ts';
import { Feedback } from '../ai/feedback.tsx';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './ai-drafts.module.css';

type Wish = Body<'POST /ai/email-drafts'>;
const purposes = [
  'introduction',
  'follow_up',
  'proposal',
  'meeting_request',
  'thank_you',
  'reactivation',
  'custom',
] as const satisfies Wish['purpose'][];

interface Props {
  link: Wish['link'];
  onUse(text: { subject: string; body: string }): void;
}

/** Three ways to say it, written by AI: chosen by tone, each with other subjects; nothing is sent from here. */
export function AiDrafts({ link, onUse }: Props) {
  const { t } = useText();
  const { ready } = useAi('emailDrafts');
  const [purpose, setPurpose] = useState<Wish['purpose']>('follow_up');
  const [instructions, setInstructions] = useState('');
  const write = useMutation({
    mutationFn: () =>
      ask('POST /ai/email-drafts', {
        body: { link, purpose, ...(instructions.trim() && { instructions: instructions.trim() }) },
      }),
  });
  if (ready === undefined) return null;
  if (!ready) return <AiLine feature="emailDrafts" />;
  return (
    <section className={classes.panel} aria-label={t('drafts.title')}>
      <Group gap={10} align="flex-end">
        <Select
          label={t('drafts.purpose')}
          allowDeselect={false}
          w={190}
          data={purposes.map((value) => ({ value, label: t(`drafts.purpose.${value}`) }))}
          value={purpose}
          onChange={(value) => setPurpose(value as Wish['purpose'])}
        />
        <Textarea
          label={t('drafts.instructions')}
          placeholder={t('drafts.instructionsHint')}
          flex="1 1 220px"
          autosize
          minRows={1}
          maxRows={4}
          maxLength={500}
          required={purpose === 'custom'}
          value={instructions}
          onChange={(event) => setInstructions(event.currentTarget.value)}
        />
        <Button
          variant="light"
          leftSection={<IconSparkles size={16} stroke={1.7} aria-hidden />}
          loading={write.isPending}
          disabled={purpose === 'custom' && instructions.trim() === ''}
          onClick={() => write.mutate()}
        >
          {t(write.data ? 'drafts.again' : 'drafts.write')}
        </Button>
      </Group>
      {write.error && <ProblemPanel error={write.error} onRetry={() => write.mutate()} />}
      {write.data && (
        <>
          <Tabs defaultValue={write.data.variants[0]?.tone} key={write.data.runId}>
            <Tabs.List>
              {write.data.variants.map(({ tone }) => (
                <Tabs.Tab key={tone} value={tone}>
                  {t(`drafts.tone.${tone}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {write.data.variants.map((variant) => (
              <Tabs.Panel key={variant.tone} value={variant.tone} pt={12}>
                <Variant variant={variant} onUse={onUse} />
              </Tabs.Panel>
            ))}
          </Tabs>
          {write.data.placeholders.length > 0 && (
            <Alert color="yellow">
              {t('drafts.placeholders', { list: write.data.placeholders.join(' · ') })}
            </Alert>
          )}
          <Feedback runId={write.data.runId} />
        </>
      )}
    </section>
  );
}

interface Written {
  subject: string;
  alternativeSubjects: string[];
  body: string;
  why: string;
}

function Variant({ variant, onUse }: { variant: Written; onUse: Props['onUse'] }) {
  const { t } = useText();
  const [subject, setSubject] = useState(variant.subject);
  return (
    <Stack gap={10}>
      <Chip.Group value={subject} onChange={(chosen) => setSubject(chosen as string)}>
        <Group gap={6} role="group" aria-label={t('drafts.subjects')}>
          {[variant.subject, ...variant.alternativeSubjects].map((one) => (
            <Chip key={one} value={one} size="xs">
              {one}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <p className={classes.body}>{variant.body}</p>
      <Group justify="space-between" gap={10}>
        <small className={classes.why}>{variant.why}</small>
        <Button size="xs" onClick={() => onUse({ subject, body: variant.body })}>
          {t('drafts.use')}
        </Button>
      </Group>
    </Stack>
  );
}
