import { Autocomplete, Button, Group, Modal, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import type { Deal } from './deals-query.ts';
import { useOutcome } from './use-outcome.ts';

const reasons = ['price', 'competitor', 'timing', 'budget', 'silence', 'fit'] as const;

interface Props {
  deal: Pick<Deal, 'id' | 'version' | 'title'> | undefined;
  onClose(): void;
}

/** A deal is lost for a reason, which the reports need. */
export function LoseDialog({ deal, onClose }: Props) {
  const { t } = useText();
  return (
    <Modal
      opened={deal !== undefined}
      onClose={onClose}
      title={t('deals.lose.title', { title: deal?.title ?? '' })}
    >
      {deal && <LoseForm deal={deal} onClose={onClose} />}
    </Modal>
  );
}

function LoseForm({ deal, onClose }: { deal: NonNullable<Props['deal']>; onClose(): void }) {
  const { t } = useText();
  const { lose } = useOutcome();
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    lose.mutate({ deal, reason, ...(note.trim() && { note: note.trim() }) }, { onSettled: onClose });
  };
  return (
    <form onSubmit={submit}>
      <Autocomplete
        label={t('deals.lose.reason')}
        description={t('deals.lose.reasonHint')}
        data={reasons.map((one) => t(`deals.lostReason.${one}`))}
        required
        maxLength={100}
        data-autofocus
        value={reason}
        onChange={setReason}
      />
      <Textarea
        mt={16}
        label={t('deals.lose.note')}
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="flex-end" gap={8} mt={20}>
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color="red.9" disabled={reason.trim() === ''} loading={lose.isPending}>
          {t('deals.lose')}
        </Button>
      </Group>
    </form>
  );
}
