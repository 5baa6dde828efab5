import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import classes from './assistant-panel.module.css';
import { isSound, type Proposal } from './conversation.ts';

/** Something the assistant would do. It is done by an ordinary request of one's own, and only on this click. */
export function ProposalCard({ proposal }: { proposal: Proposal }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const { method, path, body, ifMatch } = proposal.request;
  const confirm = useMutation({
    mutationFn: () =>
      request(method, path, { body, version: ifMatch === null ? undefined : Number(ifMatch) }),
    onSuccess: () => queryClient.invalidateQueries(),
    onError: showProblem,
  });
  if (!isSound(proposal)) return null;
  return (
    <div className={classes.proposal}>
      <span>{proposal.label}</span>
      {confirm.isSuccess ? (
        <Button
          size="xs"
          variant="subtle"
          color="teal"
          disabled
          leftSection={<IconCheck size={15} aria-hidden />}
        >
          {t('assistant.done')}
        </Button>
      ) : (
        <Button size="xs" flex="none" loading={confirm.isPending} onClick={() => confirm.mutate()}>
          {t('assistant.confirm')}
        </Button>
      )}
    </div>
  );
}
