import { useCallback } from 'react';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ConflictDialog } from '../records/conflict-dialog.tsx';
import { EditableChoice, EditableTags, EditableText } from '../records/editable.tsx';
import { Card } from '../records/record-layout.tsx';
import { usePatch } from '../records/use-patch.ts';
import { phoneText } from '../ui/phone.ts';
import { useUsers } from '../users/users-query.ts';
import { type Contact, primary } from './contacts-query.ts';

type Patch = Body<'PATCH /contacts/{id}'>;

export function ContactFields({ contact }: { contact: Contact }) {
  const { t } = useText();
  const users = useUsers();
  const send = useCallback(
    (body: Patch, version: number) =>
      ask('PATCH /contacts/{id}', { path: { id: contact.id }, body, version }),
    [contact.id],
  );
  const { save, conflict, dismiss } = usePatch<Contact, Patch>({ entity: 'contact', record: contact, send });
  const email = primary(contact.emails);
  const phone = contact.phones[0];
  const labels: Record<string, string> = {
    firstName: t('contacts.field.firstName'),
    lastName: t('contacts.field.lastName'),
    emails: t('leads.field.email'),
    phones: t('leads.field.phone'),
    jobTitle: t('leads.field.jobTitle'),
    linkedinUrl: t('contacts.field.linkedinUrl'),
    ownerId: t('field.owner'),
    tags: t('leads.field.tags'),
  };
  const saveEmail = (value: string | null) => {
    const others = contact.emails.filter((one) => one !== email);
    return save({ emails: value ? [{ ...email, value, primary: true }, ...others] : others } as Patch);
  };
  const savePhone = (e164: string | null) => {
    const others = contact.phones.slice(1);
    return save({ phones: e164 ? [{ whatsapp: true, ...phone, e164 }, ...others] : others } as Patch);
  };
  return (
    <Card title={t('record.details')}>
      <EditableText
        label={labels.firstName!}
        value={contact.firstName}
        onSave={(firstName) => save({ firstName: firstName ?? '' })}
      />
      <EditableText
        label={labels.lastName!}
        value={contact.lastName}
        onSave={(lastName) => save({ lastName })}
      />
      <EditableText label={labels.emails!} type="email" value={email?.value ?? null} onSave={saveEmail} />
      <EditableText
        label={labels.phones!}
        type="tel"
        value={phone?.e164 ?? null}
        shown={phone && phoneText(phone.e164)}
        onSave={savePhone}
      />
      <EditableText
        label={labels.jobTitle!}
        value={contact.jobTitle}
        onSave={(jobTitle) => save({ jobTitle })}
      />
      <EditableText
        label={labels.linkedinUrl!}
        type="url"
        value={contact.linkedinUrl}
        onSave={(linkedinUrl) => save({ linkedinUrl })}
      />
      <EditableChoice
        label={labels.ownerId!}
        value={contact.ownerId}
        options={users.options}
        onSave={(ownerId) => save({ ownerId })}
      />
      <EditableTags label={labels.tags!} value={contact.tags} onSave={(tags) => save({ tags })} />
      <ConflictDialog
        conflict={conflict}
        label={(field) => labels[field] ?? field}
        save={save}
        onClose={dismiss}
      />
    </Card>
  );
}
