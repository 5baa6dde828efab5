import { Alert, Button, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import type { Answer } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { RecordPicker } from '../records/record-picker.tsx';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import type { Channel } from './template-draft.ts';
import classes from './templates.module.css';
import { variableNames } from './variable-menu.tsx';

interface Props {
  channel: Channel;
  links: RecordLink[];
  onLinks(links: RecordLink[]): void;
  preview: UseQueryResult<Answer<'POST /templates/preview'>>;
}

/** What a template says about a record that is chosen here, and what of it nobody knows. */
export function TemplatePreview({ channel, links, onLinks, preview }: Props) {
  const { t } = useText();
  const { data, error } = preview;
  // What is wrong with a text stands beside it.
  const unexplained = error && !(error instanceof Problem && Object.keys(error.fields).length > 0);
  const list = data?.missing.map((name) => `${t(variableNames[name])} ({{${name}}})`).join(', ');
  return (
    <Card title={t('templates.preview')}>
      <Stack gap={12}>
        <RecordPicker label={t('templates.previewWith')} value={links} onChange={onLinks} most={1} />
        {unexplained && <ProblemPanel error={error} onRetry={() => void preview.refetch()} />}
        {links.length === 0 && <p className={classes.hint}>{t('templates.previewHint')}</p>}
        {links.length > 0 && list && (
          <Alert color="yellow" role="status">
            {t('templates.missing', { list })}
          </Alert>
        )}
        {data && data.bodyText !== '' && (
          <div>
            {channel === 'email' && (
              <dl className={classes.read}>
                <dt>{t('letter.subject')}</dt>
                <dd>{data.subject}</dd>
              </dl>
            )}
            <p className={channel === 'email' ? classes.text : classes.plain}>{data.bodyText}</p>
            <Group justify="flex-end" mt={12}>
              <CopyButton value={data.bodyText}>
                {({ copied, copy }) => (
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={
                      copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />
                    }
                    onClick={copy}
                  >
                    {t(copied ? 'people.invite.copied' : 'letter.copy')}
                  </Button>
                )}
              </CopyButton>
            </Group>
          </div>
        )}
      </Stack>
    </Card>
  );
}
