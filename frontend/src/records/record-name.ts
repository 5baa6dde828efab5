import { useQuery } from '@tanstack/react-query';
import { useCompanyName } from '../companies/company-name.ts';
import { contactById, contactName } from '../contacts/contacts-query.ts';
import { dealById } from '../deals/deals-query.ts';
import { leadById } from '../leads/lead-query.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

/** What a record that is only known by its id is called; undefined until known, or where it is not visible. */
export function useRecordName({ entity, id }: RecordLink): string | undefined {
  const lead = useQuery({ ...leadById(id), enabled: entity === 'lead' });
  const contact = useQuery({ ...contactById(id), enabled: entity === 'contact' });
  const company = useCompanyName(entity === 'company' ? id : null);
  const deal = useQuery({ ...dealById(id), enabled: entity === 'deal' });
  switch (entity) {
    case 'lead':
      return lead.data?.name;
    case 'contact':
      return contact.data && contactName(contact.data);
    case 'company':
      return company;
    case 'deal':
      return deal.data?.title;
  }
}
