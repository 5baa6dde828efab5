import { ActionIcon, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconBrandWhatsapp,
  IconCalendar,
  IconCheck,
  IconChecks,
  IconMail,
  IconPhone,
  IconPlus,
  IconSearch,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { translate, useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { showProblem } from '../ui/show-problem.ts';
import classes from './action-list.module.css';

const icons = {
  call: IconPhone,
  email: IconMail,
  whatsapp: IconBrandWhatsapp,
  meeting: IconCalendar,
  research: IconSearch,
  task: IconChecks,
};

/** One thing that rules or AI suggest to do with a record. */
export interface SuggestedAction {
  kind: keyof typeof icons;
  text: string;
  why?: string;
  dueInHours?: number;
}

/** What to do next with a record; each becomes a task of one's own with one click. */
export function ActionList({ actions, link }: { actions: SuggestedAction[]; link: RecordLink }) {
  const { t } = useText();
  const me = useMe();
  const queryClient = useQueryClient();
  const [planned, setPlanned] = useState<string[]>([]);
  const plan = useMutation({
    mutationFn: ({ kind, text, dueInHours = 24 }: SuggestedAction) =>
      ask('POST /tasks', {
        body: {
          title: text.slice(0, 200),
          kind: kind === 'research' || kind === 'task' ? 'other' : kind,
          dueAt: new Date(Date.now() + dueInHours * 3_600_000).toISOString(),
          ...(me.id && { assigneeId: me.id }),
          links: [link],
        },
      }),
    onSuccess(_task, { text }) {
      setPlanned([...planned, text]);
      notifications.show({ message: translate('actions.planned', { title: text }) });
      for (const entity of ['task', 'activity', 'dashboard', link.entity])
        void queryClient.invalidateQueries({ queryKey: [entity] });
    },
    onError: showProblem,
  });
  return (
    <ul className={classes.list}>
      {actions.map((action) => {
        const Icon = icons[action.kind];
        const done = planned.includes(action.text);
        return (
          <li key={action.text}>
            <Icon size={16} stroke={1.7} aria-hidden />
            <span>
              {action.text}
              {action.why && <small>{action.why}</small>}
            </span>
            <Tooltip label={t('actions.plan')}>
              <ActionIcon
                variant="subtle"
                color={done ? 'teal' : 'gray'}
                disabled={done}
                loading={plan.isPending && plan.variables.text === action.text}
                aria-label={`${t(done ? 'actions.inTasks' : 'actions.plan')}: ${action.text}`}
                onClick={() => plan.mutate(action)}
              >
                {done ? <IconCheck size={16} stroke={1.9} /> : <IconPlus size={16} stroke={1.7} />}
              </ActionIcon>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
