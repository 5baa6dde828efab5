import { Badge } from '@mantine/core';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';

interface State {
  status: string;
  errorCode?: string | null;
  openCountEst?: number;
  clickCount?: number;
  repliedAt?: string | null;
}

const colours: Record<string, string> = {
  failed: 'red',
  bounced: 'red',
  replied: 'teal',
  clicked: 'teal',
  opened: 'blue',
  sent: 'blue',
  scheduled: 'yellow',
};

/** The furthest that a letter has come. */
export function stageOf({ status, openCountEst = 0, clickCount = 0, repliedAt }: State): string {
  if (status !== 'sent') return status;
  return repliedAt ? 'replied' : clickCount > 0 ? 'clicked' : openCountEst > 0 ? 'opened' : 'sent';
}

/** What became of a letter, in one word; what failed, with its reason. */
export function LetterState(state: State) {
  const { t } = useText();
  const stage = stageOf(state);
  const ambiguous = stage === 'failed' && state.errorCode === 'ambiguous';
  return (
    <Badge variant="light" tt="none" fw={500} miw="max-content" color={colours[stage] ?? 'gray'}>
      {t((ambiguous ? 'email.state.ambiguous' : `email.state.${stage}`) as MessageKey)}
    </Badge>
  );
}
