import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { RecordLayout } from '../records/record-layout.tsx';
import { RecordStates } from '../records/record-states.tsx';
import type { Lead } from './lead.ts';
import { LeadActions } from './lead-actions.tsx';
import { LeadFields } from './lead-fields.tsx';
import { leadById } from './lead-query.ts';
import { ScoreCard } from './score-card.tsx';

const route = getRouteApi('/app/leads/$leadId');

/** Everything known about one lead. */
export function LeadScreen() {
  const { leadId } = route.useParams();
  const lead = useQuery(leadById(leadId));
  return <RecordStates query={lead}>{(one) => <Record lead={one} />}</RecordStates>;
}

function Record({ lead }: { lead: Lead }) {
  return (
    <RecordLayout
      back="/leads"
      title={lead.name}
      note={[lead.jobTitle, lead.companyName].filter(Boolean).join(' · ')}
      actions={<LeadActions lead={lead} />}
      side={<ScoreCard lead={lead} />}
    >
      <LeadFields lead={lead} />
    </RecordLayout>
  );
}
