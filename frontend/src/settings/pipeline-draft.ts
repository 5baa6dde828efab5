import type { PipelineBodyInput } from '../api/schema.generated.ts';
import type { Pipeline } from '../deals/deals-query.ts';
import type { Translate } from '../i18n/i18n.ts';

/** A stage while it is edited; `key` also names one that has no id yet. */
export interface StageDraft {
  key: string;
  id?: string;
  name: string;
  probability: number;
  rotDays: number | null;
  type: Pipeline['stages'][number]['type'];
}

/** A pipeline while it is edited. The two ends stand behind the open stages. */
export interface PipelineDraft {
  name: string;
  isDefault: boolean;
  stages: StageDraft[];
}

export const draftOf = ({ name, isDefault, stages }: Pipeline): PipelineDraft => ({
  name,
  isDefault,
  stages: stages
    .filter(({ archived }) => !archived)
    .map(({ archived: _, ...stage }) => ({ ...stage, key: stage.id })),
});

/** A pipeline to begin with: one open stage and the two ends. */
export const newPipeline = (t: Translate): PipelineDraft => ({
  name: '',
  isDefault: false,
  stages: (
    [
      ['', 20, 'open'],
      [t('deals.won'), 100, 'won'],
      [t('deals.lost'), 0, 'lost'],
    ] as const
  ).map(([name, probability, type]) => ({
    key: type,
    name,
    probability,
    rotDays: type === 'open' ? 14 : null,
    type,
  })),
});

/** The draft as the API takes it. A stage left out is archived there. */
export const pipelineBody = ({ name, isDefault, stages }: PipelineDraft): PipelineBodyInput => ({
  name: name.trim(),
  isDefault,
  stages: stages.map(({ key: _, ...stage }) => ({ ...stage, name: stage.name.trim() })),
});

/** A list with one item at another place. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const item = items[from]!;
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}
