import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ask } from '../api/request.ts';
import { contactName, contactsQuery } from '../contacts/contacts-query.ts';
import { DealListCard } from '../deals/deal-list-card.tsx';
import { FileCard } from '../files/file-card.tsx';
import { useText } from '../i18n/i18n.ts';
import { RecordFields } from '../records/fields/record-fields.tsx';
import { LinkTo } from '../records/link-to.tsx';
import { Card, RecordLayout } from '../records/record-layout.tsx';
import { RecordMenu } from '../records/record-menu.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { useParts } from '../records/use-parts.ts';
import { TaskCard } from '../tasks/task-card.tsx';
import { Composer } from '../timeline/composer.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { type Company, companyById } from './companies-query.ts';
import { companyFields } from './company-fields.ts';

const route = getRouteApi('/app/companies/$companyId');

export function CompanyScreen() {
  const { companyId } = route.useParams();
  const company = useQuery(companyById(companyId));
  const ready = useParts({ entity: 'company', id: companyId });
  return (
    <RecordStates query={company} ready={ready}>
      {(one) => <Record company={one} />}
    </RecordStates>
  );
}

function Record({ company }: { company: Company }) {
  const link = { entity: 'company', id: company.id } as const;
  return (
    <RecordLayout
      back={{ to: '/companies' }}
      title={company.name}
      note={company.industry}
      actions={
        <RecordMenu record={{ entity: 'company', id: company.id, name: company.name }} list="/companies" />
      }
      side={
        <>
          <RecordFields
            entity="company"
            record={company}
            fields={companyFields}
            send={(body, version) =>
              ask('PATCH /companies/{id}', { path: { id: company.id }, body, version })
            }
          />
          <People companyId={company.id} />
          <DealListCard filter={{ 'filter[companyId]': company.id }} />
        </>
      }
    >
      <Composer link={link} />
      <TaskCard link={link} />
      <FileCard link={link} />
      <Timeline link={link} />
    </RecordLayout>
  );
}

function People({ companyId }: { companyId: string }) {
  const { t } = useText();
  const people = useInfiniteQuery(contactsQuery({ 'filter[companyId]': companyId }));
  return (
    <Card title={t('companies.people')}>
      {people.data?.pages
        .flatMap((page) => page.data)
        .map((contact) => (
          <div key={contact.id}>
            <LinkTo link={{ entity: 'contact', id: contact.id }}>{contactName(contact)}</LinkTo>
          </div>
        ))}
    </Card>
  );
}
