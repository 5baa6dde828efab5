import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react';
import { Problem } from '../api/problem.ts';
import { LeaveGuard } from '../records/leave-guard.tsx';
import { Card, RecordLayout } from '../records/record-layout.tsx';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { type Beginning, bodyOf, changesOf, draftOf } from './template-draft.ts';
import { TemplateForm, useTemplateForm } from './template-form.tsx';
import { TemplatePreview } from './template-preview.tsx';
import { previewQuery } from './templates-query.ts';

interface Props {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** What is saved, or what a new one begins with. */
  base: Beginning;
  /** Saved already; a new one may be saved as it begins. */
  known?: boolean;
  /** Set where the screen leaves by itself. */
  leaving: RefObject<boolean>;
  onSave(whole: Beginning, changes: Partial<Beginning>): Promise<void>;
  onChanged?(changed: boolean): void;
}

/** A template that is written, beside how it reads. */
export function TemplateEditor({ base, known, leaving, onSave, onChanged, ...layout }: Props) {
  const opening = useMemo(() => draftOf(base), [base]);
  const form = useTemplateForm(opening);
  const written = bodyOf(form.values, base, opening.body);
  const changed = Object.keys(changesOf(form.values, base, opening.body)).length > 0;
  useEffect(() => onChanged?.(changed), [changed, onChanged]);
  const [links, setLinks] = useState<RecordLink[]>([]);
  const [subject] = useDebouncedValue(written.subject, 400);
  const [body] = useDebouncedValue(written.body, 400);
  const preview = useQuery(previewQuery({ subject, body, links }));
  return (
    <RecordLayout
      back={{ to: '/emails/templates' }}
      {...layout}
      side={
        <TemplatePreview channel={form.values.channel} links={links} onLinks={setLinks} preview={preview} />
      }
    >
      <Card>
        <TemplateForm
          form={form}
          wrong={preview.error instanceof Problem ? preview.error.fields : {}}
          html={written.body === base.body ? base.body : ''}
          changed={changed || !known}
          onSave={(draft) => onSave(bodyOf(draft, base, opening.body), changesOf(draft, base, opening.body))}
        />
      </Card>
      <LeaveGuard unsaved={changed} leaving={leaving} />
    </RecordLayout>
  );
}
