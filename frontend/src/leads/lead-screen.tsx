import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ask } from '../api/request.ts';
import { FileCard } from '../files/file-card.tsx';
import { RecordFields } from '../records/fields/record-fields.tsx';
import { RecordLayout } from '../records/record-layout.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { useParts } from '../records/use-parts.ts';
import { TaskCard } from '../tasks/task-card.tsx';
import { Composer } from '../timeline/composer.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { ConvertedBanner } from './converted-banner.tsx';
import type { Lead } from './lead.ts';
import { LeadActions } from './lead-actions.tsx';
import { leadFields } from './lead-fields.ts';
import { LeadPager } from './lead-pager.tsx';
import { leadById } from './lead-query.ts';
import { ScoreCard } from './score-card.tsx';

const route = getRouteApi('/app/leads/$leadId');

/** Everything known about one lead. */
export function LeadScreen() {
  const { leadId } = route.useParams();
  const lead = useQuery(leadById(leadId));
  const ready = useParts({ entity: 'lead', id: leadId });
  return (
    <RecordStates query={lead} ready={ready}>
      {(one) => <Record lead={one} />}
    </RecordStates>
  );
}

function Record({ lead }: { lead: Lead }) {
  const search = route.useSearch();
  const link = { entity: 'lead', id: lead.id } as const;
  return (
    <RecordLayout
      back={{ to: '/leads', search }}
      title={lead.name}
      note={[lead.jobTitle, lead.companyName].filter(Boolean).join(' · ')}
      actions={
        <>
          <LeadPager />
          <LeadActions lead={lead} />
        </>
      }
      side={
        <>
          <ScoreCard lead={lead} />
          <RecordFields
            entity="lead"
            record={lead}
            fields={leadFields}
            send={(body, version) => ask('PATCH /leads/{id}', { path: { id: lead.id }, body, version })}
          />
        </>
      }
    >
      {lead.converted && <ConvertedBanner converted={lead.converted} />}
      <Composer link={link} email={lead.email} />
      <TaskCard link={link} />
      <FileCard link={link} />
      <Timeline link={link} />
    </RecordLayout>
  );
}
