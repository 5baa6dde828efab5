import { Alert, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { FileCard } from '../files/file-card.tsx';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { RecordFields } from '../records/fields/record-fields.tsx';
import { LinkTo } from '../records/link-to.tsx';
import { RecordLayout } from '../records/record-layout.tsx';
import { RecordMenu } from '../records/record-menu.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { useParts } from '../records/use-parts.ts';
import { TaskCard } from '../tasks/task-card.tsx';
import { Composer } from '../timeline/composer.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { DealContacts } from './deal-contacts.tsx';
import { dealFields } from './deal-fields.ts';
import { type Deal, dealById } from './deals-query.ts';
import { InsightCard } from './insight-card.tsx';
import { LoseDialog } from './lose-dialog.tsx';
import { StageBar } from './stage-bar.tsx';
import { useOutcome } from './use-outcome.ts';

const route = getRouteApi('/app/deals/$dealId');

export function DealScreen() {
  const { dealId } = route.useParams();
  const deal = useQuery(dealById(dealId));
  const ready = useParts({ entity: 'deal', id: dealId });
  return (
    <RecordStates query={deal} ready={ready}>
      {(one) => <Record deal={one} />}
    </RecordStates>
  );
}

function Record({ deal }: { deal: Deal }) {
  const { t } = useText();
  const format = useFormat();
  const { win, reopen } = useOutcome();
  const [losing, setLosing] = useState(false);
  const open = deal.status === 'open';
  const link = { entity: 'deal', id: deal.id } as const;
  return (
    <RecordLayout
      back={{ to: '/pipeline' }}
      title={deal.title}
      note={
        <Group gap={8}>
          <strong className="tabular">
            {deal.amountCents === 0 ? t('deals.noAmount') : format.money(deal)}
          </strong>
          {deal.companyId && <LinkTo link={{ entity: 'company', id: deal.companyId }} />}
        </Group>
      }
      actions={
        <>
          {open && (
            <>
              <Button color="teal.9" loading={win.isPending} onClick={() => win.mutate(deal)}>
                {t('deals.won')}
              </Button>
              <Button variant="default" onClick={() => setLosing(true)}>
                {t('deals.lost')}
              </Button>
            </>
          )}
          <RecordMenu record={{ entity: 'deal', id: deal.id, name: deal.title }} list="/pipeline" />
        </>
      }
      side={
        <>
          <InsightCard deal={deal} />
          <RecordFields
            entity="deal"
            record={deal}
            fields={dealFields}
            send={(body, version) => ask('PATCH /deals/{id}', { path: { id: deal.id }, body, version })}
            readOnly={!open}
          />
          <DealContacts deal={deal} />
        </>
      }
    >
      {open ? (
        <StageBar deal={deal} />
      ) : (
        <Alert color={deal.status === 'won' ? 'teal' : 'gray'}>
          <Group justify="space-between">
            {t(deal.status === 'won' ? 'deals.closedWon' : 'deals.closedLost', {
              day: deal.closedAt ? format.date(deal.closedAt) : '',
            })}
            <Button
              size="xs"
              variant="default"
              loading={reopen.isPending}
              onClick={() => reopen.mutate(deal)}
            >
              {t('deals.reopen')}
            </Button>
          </Group>
        </Alert>
      )}
      <Composer link={link} />
      <TaskCard link={link} />
      <FileCard link={link} />
      <Timeline link={link} />
      <LoseDialog deal={losing ? deal : undefined} onClose={() => setLosing(false)} />
    </RecordLayout>
  );
}
