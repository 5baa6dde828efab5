import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useText } from '../i18n/i18n.ts';

interface Props {
  opened: boolean;
  busy: boolean;
  onClose(): void;
  onConfirm(reason: string): void;
}

/** A lead is given up only with a reason, so that the next campaign can learn from it. */
export function UnqualifyDialog({ opened, busy, onClose, onConfirm }: Props) {
  const { t } = useText();
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm(reason.trim());
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('leads.unqualify.title')}>
      <form onSubmit={submit}>
        <TextInput
          label={t('leads.unqualify.reason')}
          data-autofocus
          required
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap={8} mt={20}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={reason.trim() === ''}>
            {t('leads.unqualify.submit')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
