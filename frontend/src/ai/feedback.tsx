import { ActionIcon, Group } from '@mantine/core';
import { IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';

/** Says whether what AI wrote was of use. */
export function Feedback({ runId }: { runId: string }) {
  const { t } = useText();
  const rate = useMutation({
    mutationFn: (value: 'up' | 'down') =>
      ask('POST /ai/runs/{id}/feedback', { path: { id: runId }, body: { value } }),
    onError: showProblem,
  });
  return (
    <Group gap={2}>
      {(['up', 'down'] as const).map((value) => {
        const Thumb = value === 'up' ? IconThumbUp : IconThumbDown;
        return (
          <ActionIcon
            key={value}
            variant={rate.variables === value && rate.isSuccess ? 'light' : 'subtle'}
            color="gray"
            aria-label={t(`ai.feedback.${value}`)}
            aria-pressed={rate.variables === value && rate.isSuccess}
            onClick={() => rate.mutate(value)}
          >
            <Thumb size={15} stroke={1.7} />
          </ActionIcon>
        );
      })}
    </Group>
  );
}
