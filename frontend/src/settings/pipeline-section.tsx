import { ActionIcon, Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { type Pipeline, pipelinesQuery } from '../deals/deals-query.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import {
  draftOf,
  moved,
  newPipeline,
  type PipelineDraft,
  pipelineBody,
  type StageDraft,
} from './pipeline-draft.ts';
import classes from './pipeline-section.module.css';

/** The ways that deals go: each pipeline's stages, in order, with their chance and when a deal there is stale. */
export function PipelineSection() {
  const { t } = useText();
  const pipelines = useQuery(pipelinesQuery);
  const [chosen, setChosen] = useState<string>();
  return (
    <RecordStates query={pipelines}>
      {(all) => {
        const pipeline =
          all.find(({ id }) => id === chosen) ?? all.find(({ isDefault }) => isDefault) ?? all[0];
        const shown = chosen === 'new' ? undefined : pipeline;
        return (
          <>
            <Group gap={8}>
              <Select
                aria-label={t('pipeline.choose')}
                allowDeselect={false}
                data={[
                  ...all.map(({ id, name }) => ({ value: id, label: name })),
                  ...(chosen === 'new' ? [{ value: 'new', label: t('stages.newPipeline') }] : []),
                ]}
                value={shown?.id ?? 'new'}
                onChange={(id) => setChosen(id ?? undefined)}
              />
              <Button
                variant="default"
                leftSection={<IconPlus size={15} aria-hidden />}
                disabled={chosen === 'new'}
                onClick={() => setChosen('new')}
              >
                {t('stages.newPipeline')}
              </Button>
            </Group>
            <Editor
              key={shown ? `${shown.id} ${shown.version}` : 'new'}
              pipeline={shown}
              onSaved={({ id }) => setChosen(id)}
            />
          </>
        );
      }}
    </RecordStates>
  );
}

function Editor({ pipeline, onSaved }: { pipeline?: Pipeline; onSaved(saved: Pipeline): void }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<PipelineDraft>(() => (pipeline ? draftOf(pipeline) : newPipeline(t)));
  const save = useMutation({
    mutationFn: () =>
      pipeline
        ? ask('PUT /pipelines/{id}', {
            path: { id: pipeline.id },
            version: pipeline.version,
            body: pipelineBody(draft),
          })
        : ask('POST /pipelines', { body: pipelineBody(draft) }),
    async onSuccess(saved) {
      notifications.show({ message: t('settings.saved') });
      await queryClient.invalidateQueries({ queryKey: ['pipeline'] });
      void queryClient.invalidateQueries({ queryKey: ['deal'] });
      onSaved(saved);
    },
  });
  const setStage = (key: string, change: Partial<StageDraft>) =>
    setDraft({
      ...draft,
      stages: draft.stages.map((stage) => (stage.key === key ? { ...stage, ...change } : stage)),
    });
  const open = draft.stages.filter(({ type }) => type === 'open');
  const ends = draft.stages.filter(({ type }) => type !== 'open');
  return (
    <Card title={t('stages.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap={16}>
          <TextInput
            label={t('stages.pipelineName')}
            required
            maxLength={60}
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          {!pipeline?.isDefault && (
            <Switch
              label={t('stages.default')}
              checked={draft.isDefault}
              onChange={(event) => setDraft({ ...draft, isDefault: event.currentTarget.checked })}
            />
          )}
          <ol className={classes.stages} aria-label={t('deals.stages')}>
            {open.map((stage, index) => (
              <li key={stage.key}>
                <StageFields stage={stage} onChange={(change) => setStage(stage.key, change)} />
                <Group gap={0} wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={index === 0}
                    aria-label={t('stages.up', { stage: stage.name })}
                    onClick={() =>
                      setDraft({ ...draft, stages: [...moved(open, index, index - 1), ...ends] })
                    }
                  >
                    <IconArrowUp size={16} stroke={1.7} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={index === open.length - 1}
                    aria-label={t('stages.down', { stage: stage.name })}
                    onClick={() =>
                      setDraft({ ...draft, stages: [...moved(open, index, index + 1), ...ends] })
                    }
                  >
                    <IconArrowDown size={16} stroke={1.7} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    disabled={open.length === 1}
                    aria-label={t('stages.remove', { stage: stage.name })}
                    onClick={() =>
                      setDraft({ ...draft, stages: draft.stages.filter(({ key }) => key !== stage.key) })
                    }
                  >
                    <IconTrash size={16} stroke={1.7} />
                  </ActionIcon>
                </Group>
              </li>
            ))}
          </ol>
          <Button
            variant="subtle"
            size="xs"
            w="max-content"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() =>
              setDraft({
                ...draft,
                stages: [
                  ...open,
                  { key: crypto.randomUUID(), name: '', probability: 50, rotDays: 14, type: 'open' },
                  ...ends,
                ],
              })
            }
          >
            {t('stages.add')}
          </Button>
          <Group grow gap={14}>
            {ends.map((stage) => (
              <TextInput
                key={stage.key}
                label={t(stage.type === 'won' ? 'stages.wonName' : 'stages.lostName')}
                required
                maxLength={60}
                value={stage.name}
                onChange={(event) => setStage(stage.key, { name: event.currentTarget.value })}
              />
            ))}
          </Group>
          <p className={classes.note}>{t('stages.removeNote')}</p>
          {save.error && <ProblemPanel error={save.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function StageFields({
  stage,
  onChange,
}: {
  stage: StageDraft;
  onChange(change: Partial<StageDraft>): void;
}) {
  const { t } = useText();
  const number = (value: number | string) => (typeof value === 'number' ? value : null);
  return (
    <div className={classes.fields}>
      <TextInput
        aria-label={t('stages.name')}
        placeholder={t('stages.name')}
        required
        maxLength={60}
        value={stage.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <NumberInput
        aria-label={`${t('deals.field.probability')}: ${stage.name}`}
        suffix=" %"
        min={0}
        max={100}
        hideControls
        required
        value={stage.probability}
        onChange={(value) => onChange({ probability: number(value) ?? 0 })}
      />
      <NumberInput
        aria-label={`${t('stages.rotDays')}: ${stage.name}`}
        placeholder={t('stages.never')}
        prefix={`${t('stages.rotPrefix')} `}
        suffix={` ${t('org.days')}`}
        min={1}
        max={365}
        hideControls
        value={stage.rotDays ?? ''}
        onChange={(value) => onChange({ rotDays: number(value) })}
      />
    </div>
  );
}
