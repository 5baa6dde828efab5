import { Button, Group, Input, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { type RefObject, useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Problem } from '../api/problem.ts';
import { useText } from '../i18n/i18n.ts';
import { locales } from '../i18n/locales.ts';
import { useMe } from '../session/use-me.ts';
import { languageNames } from '../shell/preferences.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';
import { channels, hasForm, type TemplateDraft } from './template-draft.ts';
import classes from './templates.module.css';
import { VariableMenu } from './variable-menu.tsx';

export type TemplateFormState = ReturnType<typeof useTemplateForm>;

/** The state of the form, and what its fields must have before anything is sent. */
export function useTemplateForm(initialValues: TemplateDraft) {
  const { t } = useText();
  return useForm<TemplateDraft>({
    initialValues,
    validate: {
      name: (name) => (name.trim().length < 2 ? t('templates.nameShort') : null),
      subject: (subject, { channel }) =>
        channel === 'email' && subject.trim() === '' ? t('templates.subjectMissing') : null,
      body: (body) => (body.trim() === '' ? t('templates.bodyMissing') : null),
    },
  });
}

interface Props {
  form: TemplateFormState;
  /** What the server says of the texts while they are written, by field. */
  wrong: Readonly<Record<string, string>>;
  /** The HTML that is kept while no word of it is changed; empty once one is. */
  html: string;
  /** Whether there is something to save. */
  changed: boolean;
  onSave(draft: TemplateDraft): Promise<void>;
}

/** Where a template is written. */
export function TemplateForm({ form, wrong, html, changed, onSave }: Props) {
  const { t } = useText();
  const { capabilities } = useMe();
  const subject = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const [subjectId, bodyId] = [useId(), useId()];
  const save = useMutation({
    mutationFn: onSave,
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  const insert = (
    field: 'subject' | 'body',
    into: RefObject<HTMLInputElement | HTMLTextAreaElement | null>,
  ) => {
    return (variable: string) => {
      const text = form.values[field];
      const from = into.current?.selectionStart ?? text.length;
      const to = into.current?.selectionEnd ?? from;
      // At once: who goes on in another field is not to be called back to this one.
      flushSync(() => form.setFieldValue(field, text.slice(0, from) + variable + text.slice(to)));
      into.current?.focus();
      into.current?.setSelectionRange(from + variable.length, from + variable.length);
    };
  };
  const share = capabilities.includes('share');
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(draft))} noValidate>
      <Stack gap={16}>
        <TextInput
          label={t('templates.name')}
          required
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <div className={classes.pair}>
          <NativeSelect
            label={t('templates.channel')}
            data={channels.map((value) => ({ value, label: t(`templates.channel.${value}`) }))}
            {...form.getInputProps('channel')}
          />
          <NativeSelect
            label={t('settings.language')}
            data={locales.map((value) => ({ value, label: languageNames[value] }))}
            {...form.getInputProps('locale')}
          />
        </div>
        {form.values.channel === 'email' && (
          <div className={classes.labelled}>
            <Input.Label htmlFor={subjectId} required>
              {t('letter.subject')}
            </Input.Label>
            <VariableMenu field={t('letter.subject')} onInsert={insert('subject', subject)} />
            <TextInput
              ref={subject}
              id={subjectId}
              aria-required
              maxLength={200}
              autoComplete="off"
              {...form.getInputProps('subject')}
              error={form.errors.subject ?? wrong.subject}
            />
          </div>
        )}
        <div className={classes.labelled}>
          <Input.Label htmlFor={bodyId} required>
            {t('letter.body')}
          </Input.Label>
          <VariableMenu field={t('letter.body')} onInsert={insert('body', body)} />
          <Textarea
            ref={body}
            id={bodyId}
            aria-required
            autosize
            minRows={8}
            maxRows={24}
            description={hasForm(html) ? t('templates.keepsForm') : undefined}
            {...form.getInputProps('body')}
            error={form.errors.body ?? wrong.body}
          />
        </div>
        <Switch
          label={t('templates.share')}
          description={t(share ? 'templates.shareHint' : 'templates.shareRefused')}
          disabled={!share}
          {...form.getInputProps('shared', { type: 'checkbox' })}
        />
        {isUnexplained(save.error, form.values) && <ProblemPanel error={save.error!} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!changed} loading={save.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
