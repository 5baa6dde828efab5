import {
  Button,
  PasswordInput,
  type PasswordInputProps,
  Stack,
  TextInput,
  type TextInputProps,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
import { Problem } from '../api/problem.ts';
import type { Answer } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { rememberSignedIn } from './signed-in.ts';

interface Options<Values> {
  initialValues: Values;
  /** What can be told before sending; the API judges again. */
  rules?: { [Name in keyof Values]?: (value: string) => string | null };
  /** Who is signed in then; nobody, where that is not what sending does. */
  send(values: Values): Promise<Answer<'GET /auth/me'> | undefined>;
  /** Messages at fields for a problem that the API does not tie to a field. */
  explain?(problem: Problem): Partial<Values> | undefined;
  /** Where to go once signed in: a path of this client. */
  next?: string;
}

/** A form before the door, whose sending mostly signs somebody in. What the API finds wrong with a field is said at the field. */
export function useEntry<Values extends Record<string, string>>(options: Options<Values>) {
  const element = useRef<HTMLFormElement>(null);
  const form = useForm<Record<string, string>>({
    mode: 'uncontrolled',
    initialValues: options.initialValues,
    validate: (options.rules ?? {}) as Record<string, (value: string) => string | null>,
  });
  const send = useMutation({
    mutationFn: (values: Record<string, string>) => options.send(values as Values),
    onSuccess(me) {
      if (me === undefined) return;
      rememberSignedIn(true);
      window.location.assign(options.next ?? '/');
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(options.explain?.(error) ?? error.fields);
    },
  });
  // The form is there before its script: what was typed and asked for until now counts.
  const takeOver = useEffectEvent(() => {
    for (const input of element.current?.querySelectorAll<HTMLInputElement>('input[data-path]') ?? [])
      if (input.value !== '') form.getInputProps(input.dataset.path!).onChange(input.value);
    if (element.current?.dataset.asked !== undefined) element.current.requestSubmit();
  });
  useEffect(() => takeOver(), []);
  return {
    element,
    /** Props of the input of one value. */
    field: (name: keyof Values & string) => ({
      required: true,
      withAsterisk: false,
      key: form.key(name),
      ...form.getInputProps(name),
    }),
    submit: form.onSubmit((values) => send.mutate(values)),
    /** Also while the page of whoever is signed in now is on its way. */
    sending: send.isPending || send.data !== undefined,
    /** What failed and is not said at a field. */
    problem: Object.keys(form.errors).length === 0 ? send.error : null,
  };
}

type Entry = Omit<ReturnType<typeof useEntry>, 'field'> & {
  field(name: string): ReturnType<ReturnType<typeof useEntry>['field']>;
};

/** The form of {@link useEntry}: its fields, what failed, and its button. */
export function EntryForm(props: { entry: Entry; action: string; children: ReactNode; below?: ReactNode }) {
  const { element, submit, sending, problem } = props.entry;
  return (
    <form ref={element} onSubmit={submit} noValidate>
      <Stack gap={16}>
        {props.children}
        {problem && <ProblemPanel error={problem} />}
        <Button type="submit" size="md" loading={sending}>
          {props.action}
        </Button>
        {props.below}
      </Stack>
    </form>
  );
}

interface Field {
  entry: Entry;
  name: string;
}

/** One line of text of an entry. */
export function EntryText({ entry, name, ...props }: TextInputProps & Field) {
  const { key, ...input } = entry.field(name);
  return <TextInput key={key} {...input} {...props} />;
}

/** The password of an entry. */
export function EntryPassword({ entry, name, ...props }: PasswordInputProps & Field) {
  const { t } = useText();
  const { key, ...input } = entry.field(name);
  const button = { 'aria-label': t('password.show') };
  return <PasswordInput key={key} visibilityToggleButtonProps={button} {...input} {...props} />;
}
