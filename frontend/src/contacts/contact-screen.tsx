import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ask } from '../api/request.ts';
import { DealListCard } from '../deals/deal-list-card.tsx';
import { FileCard } from '../files/file-card.tsx';
import { RecordFields } from '../records/fields/record-fields.tsx';
import { LinkTo } from '../records/link-to.tsx';
import { RecordLayout } from '../records/record-layout.tsx';
import { RecordMenu } from '../records/record-menu.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { useParts } from '../records/use-parts.ts';
import { TaskCard } from '../tasks/task-card.tsx';
import { Composer } from '../timeline/composer.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { contactFields } from './contact-fields.ts';
import { type Contact, contactById, contactName } from './contacts-query.ts';

const route = getRouteApi('/app/contacts/$contactId');

export function ContactScreen() {
  const { contactId } = route.useParams();
  const contact = useQuery(contactById(contactId));
  const ready = useParts({ entity: 'contact', id: contactId });
  return (
    <RecordStates query={contact} ready={ready}>
      {(one) => <Record contact={one} />}
    </RecordStates>
  );
}

function Record({ contact }: { contact: Contact }) {
  const link = { entity: 'contact', id: contact.id } as const;
  return (
    <RecordLayout
      back={{ to: '/contacts' }}
      title={contactName(contact)}
      note={
        <>
          {contact.jobTitle}
          {contact.jobTitle && contact.companyId && ' · '}
          {contact.companyId && <LinkTo link={{ entity: 'company', id: contact.companyId }} />}
        </>
      }
      actions={
        <RecordMenu
          record={{ entity: 'contact', id: contact.id, name: contactName(contact) }}
          list="/contacts"
        />
      }
      side={
        <>
          <RecordFields
            entity="contact"
            record={contact}
            fields={contactFields}
            send={(body, version) => ask('PATCH /contacts/{id}', { path: { id: contact.id }, body, version })}
          />
          <DealListCard filter={{ 'filter[contactId]': contact.id }} />
        </>
      }
    >
      <Composer link={link} email={contact.emails[0]?.value} />
      <TaskCard link={link} />
      <FileCard link={link} />
      <Timeline link={link} />
    </RecordLayout>
  );
}
