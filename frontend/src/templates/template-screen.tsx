import { Alert, Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import { ask, type Body } from '../api/request.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';
import { ConflictDialog } from '../records/conflict-dialog.tsx';
import type { Values } from '../records/fields/field.ts';
import { Card, RecordLayout } from '../records/record-layout.tsx';
import { RecordMenu } from '../records/record-menu.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { usePatch } from '../records/use-patch.ts';
import { useMe } from '../session/use-me.ts';
import { languageNames } from '../shell/preferences.tsx';
import { htmlText } from '../timeline/html.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import type { Template } from './template-draft.ts';
import { TemplateEditor } from './template-editor.tsx';
import { TemplatePreview } from './template-preview.tsx';
import { TemplateText } from './template-text.tsx';
import { previewQuery, templateById } from './templates-query.ts';

const route = getRouteApi('/app/emails/templates/$templateId');

/** One template: written by whoever may change it, read by everybody else who may use it. */
export function TemplateScreen() {
  const { templateId } = route.useParams();
  const template = useQuery(templateById(templateId));
  const me = useMe();
  return (
    <RecordStates query={template}>
      {(one) => {
        const mayChange = me.capabilities.includes('share') || one.ownerId === me.id;
        return mayChange ? <Written key={one.id} template={one} /> : <Read key={one.id} template={one} />;
      }}
    </RecordStates>
  );
}

function Written({ template }: { template: Template }) {
  const { t } = useText();
  const leaving = useRef(false);
  const [base, setBase] = useState(template);
  /** How often the form began anew from what is saved. */
  const [opened, setOpened] = useState(0);
  const [changed, setChanged] = useState(false);
  const beginFrom = (saved: Template) => {
    setBase(saved);
    setOpened((times) => times + 1);
  };
  // What somebody else saved is shown at once, unless something was written here meanwhile.
  if (!changed && template.version > base.version) beginFrom(template);
  const { save, conflict, dismiss } = usePatch<Template, Partial<Body<'PATCH /templates/{id}'>>>({
    entity: 'template',
    record: base,
    async send(body, version) {
      const saved = await ask('PATCH /templates/{id}', { path: { id: base.id }, version, body });
      // From another version than the form began with there are changes of others in it.
      if (version === base.version) setBase(saved);
      else beginFrom(saved);
      notifications.show({ message: t('templates.saved') });
      return saved;
    },
  });
  return (
    <>
      <TemplateEditor
        key={opened}
        title={base.name}
        note={<Note template={base} />}
        actions={
          <>
            <CopyLink id={base.id} />
            <RecordMenu
              record={{ entity: 'template', id: base.id, name: base.name }}
              list="/emails/templates"
              onDeleted={() => {
                leaving.current = true;
              }}
            />
          </>
        }
        base={base}
        known
        leaving={leaving}
        onSave={(_whole, changes) => save(changes)}
        onChanged={setChanged}
      />
      <ConflictDialog
        conflict={conflict}
        label={(field) => (labelOf[field] === undefined ? field : t(labelOf[field]))}
        show={(field, row) => <FieldText field={field} row={row} />}
        save={save}
        onClose={dismiss}
        onTheirs={() => {
          if (conflict) beginFrom(conflict.current);
          dismiss();
        }}
      />
    </>
  );
}

const labelOf: Readonly<Record<string, MessageKey>> = {
  name: 'templates.name',
  channel: 'templates.channel',
  locale: 'settings.language',
  subject: 'letter.subject',
  body: 'letter.body',
  shared: 'templates.whose',
};

/** How a field of a template reads where two versions of it are to choose from. */
function FieldText({ field, row }: { field: string; row: Values }): ReactNode {
  const { t } = useText();
  const { channel, locale, body, shared, ...rest } = row as unknown as Template;
  switch (field) {
    case 'channel':
      return t(`templates.channel.${channel}`);
    case 'locale':
      return languageNames[locale];
    case 'body':
      return htmlText(body);
    case 'shared':
      return t(shared ? 'templates.shared' : 'templates.notShared');
    default:
      return String(rest[field as 'name' | 'subject']);
  }
}

function Read({ template }: { template: Template }) {
  const { t } = useText();
  const [links, setLinks] = useState<RecordLink[]>([]);
  const preview = useQuery(previewQuery({ subject: template.subject, body: template.body, links }));
  return (
    <RecordLayout
      back={{ to: '/emails/templates' }}
      title={template.name}
      note={<Note template={template} />}
      actions={<CopyLink id={template.id} />}
      side={<TemplatePreview channel={template.channel} links={links} onLinks={setLinks} preview={preview} />}
    >
      <Alert color="gray">{t('templates.readOnly')}</Alert>
      <Card>
        <TemplateText template={template} />
      </Card>
    </RecordLayout>
  );
}

function Note({ template }: { template: Template }) {
  const { t } = useText();
  return `${t(template.shared ? 'templates.shared' : 'templates.notShared')} · ${t('templates.used', { count: template.usedCount })}`;
}

function CopyLink({ id }: { id: string }) {
  const { t } = useText();
  return (
    <Button
      variant="default"
      leftSection={<IconCopy size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/emails/templates/new" search={{ from: id }} />}
    >
      {t('templates.copy')}
    </Button>
  );
}
