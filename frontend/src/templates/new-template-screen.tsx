import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { RecordStates } from '../records/record-states.tsx';
import { useMe } from '../session/use-me.ts';
import type { Beginning } from './template-draft.ts';
import { TemplateEditor } from './template-editor.tsx';
import { templateById } from './templates-query.ts';

const route = getRouteApi('/app/emails/templates/new');

/** A new template, empty or as a copy of another. */
export function NewTemplateScreen() {
  const { from } = route.useSearch();
  return from === undefined ? <Empty /> : <Copy key={from} from={from} />;
}

function Empty() {
  const { locale } = useText();
  return <New base={{ name: '', channel: 'email', locale, subject: '', body: '', shared: false }} />;
}

function Copy({ from }: { from: string }) {
  const { t } = useText();
  const { capabilities } = useMe();
  const original = useQuery(templateById(from));
  return (
    <RecordStates query={original}>
      {({ name, channel, locale, subject, body, shared }) => (
        <New
          base={{
            name: t('templates.copyName', { name }).slice(0, 100),
            channel,
            locale,
            subject,
            body,
            shared: shared && capabilities.includes('share'),
          }}
        />
      )}
    </RecordStates>
  );
}

function New({ base }: { base: Beginning }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const leaving = useRef(false);
  return (
    <TemplateEditor
      title={t('templates.new')}
      base={base}
      leaving={leaving}
      onSave={async (body) => {
        const made = await ask('POST /templates', { body });
        queryClient.setQueryData(templateById(made.id).queryKey, made);
        void queryClient.invalidateQueries({ queryKey: ['template', 'list'] });
        notifications.show({ message: t('templates.created') });
        leaving.current = true;
        await navigate({
          to: '/emails/templates/$templateId',
          params: { templateId: made.id },
          replace: true,
        });
      }}
    />
  );
}
