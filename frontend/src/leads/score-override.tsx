import { Button, Group, Modal, Slider, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { showProblem } from '../ui/show-problem.ts';
import type { Lead } from './lead.ts';

/** Sets a lead's score by hand, with the reason, or gives it back to rules and AI. */
export function ScoreOverride({ lead }: { lead: Lead }) {
  const { t } = useText();
  const [opened, setOpened] = useState(false);
  const save = useOverride(lead);
  if (lead.status === 'converted') return null;
  return (
    <Group gap={4} mt={12}>
      <Button size="compact-xs" variant="subtle" onClick={() => setOpened(true)}>
        {t(lead.scoreOverride ? 'score.override.change' : 'score.override.set')}
      </Button>
      {lead.scoreOverride && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          loading={save.isPending}
          onClick={() => save.mutate(null, { onError: showProblem })}
        >
          {t('score.override.undo')}
        </Button>
      )}
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('score.override.title')}>
        <Fields lead={lead} onDone={() => setOpened(false)} />
      </Modal>
    </Group>
  );
}

function Fields({ lead, onDone }: { lead: Lead; onDone(): void }) {
  const { t } = useText();
  const [value, setValue] = useState(lead.score?.value ?? 50);
  const [reason, setReason] = useState(lead.scoreOverride?.reason ?? '');
  const save = useOverride(lead);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ value, reason: reason.trim() }, { onSuccess: onDone });
      }}
    >
      <Stack gap={16}>
        <Text size="sm" c="dimmed">
          {t('score.override.text')}
        </Text>
        <Group gap={16} wrap="nowrap">
          <Slider
            flex={1}
            value={value}
            onChange={setValue}
            label={null}
            thumbLabel={t('leads.column.score')}
            marks={[{ value: 50 }, { value: 80 }]}
          />
          <Text fw={650} w={36} ta="right" className="tabular">
            {value}
          </Text>
        </Group>
        <TextInput
          label={t('score.override.reason')}
          required
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {save.error && <ProblemPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={reason.trim() === ''}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useOverride(lead: Lead) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { value: number; reason: string } | null) =>
      ask('POST /leads/{id}/score-override', { path: { id: lead.id }, version: lead.version, body }),
    onSuccess(changed) {
      queryClient.setQueryData(['lead', changed.id], changed);
      void queryClient.invalidateQueries({ queryKey: ['lead', 'list'] });
    },
  });
}
