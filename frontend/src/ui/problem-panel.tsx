import { Alert, Button, Group } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { Problem } from '../api/problem.ts';
import { useText } from '../i18n/i18n.ts';
import classes from './problem-panel.module.css';

/** What failed, the reference for support, and a way to try again. */
export function ProblemPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useText();
  const problem = error instanceof Problem ? error : undefined;
  const offline = problem?.status === 0;
  return (
    <Alert
      color="red"
      icon={<IconAlertCircle aria-hidden />}
      title={offline ? t('problem.offline') : (problem?.body.title ?? t('problem.title'))}
      role="alert"
    >
      <Group justify="space-between" gap={12}>
        <span>
          {!offline && problem?.body.detail}
          {problem?.requestId && (
            <span className={classes.reference}>{t('problem.requestId', { id: problem.requestId })}</span>
          )}
        </span>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
