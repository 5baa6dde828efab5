import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { meQuery } from '../session/session.ts';
import { useMe } from '../session/use-me.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './settings.module.css';

const forms = { on: SwitchOn, off: SwitchOff, codes: NewCodes };

/** The second factor of whoever is signed in: an app on their phone, whose code is asked for after the password. */
export function SecondFactor() {
  const { t } = useText();
  const { secondFactor, recoveryCodes } = useMe();
  const queryClient = useQueryClient();
  const [opened, setOpened] = useState(false);
  /** Stays what it was opened for, though switching on is done before the recovery codes were kept. */
  const [what, setWhat] = useState<keyof typeof forms>('on');
  const Form = forms[what];
  const open = (next: typeof what) => () => {
    setWhat(next);
    setOpened(true);
  };
  const close = () => {
    setOpened(false);
    void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  return (
    <Card title={t('factor.title')}>
      <Group justify="space-between" gap={20}>
        <Text size="sm" flex="1 1 260px">
          {t(secondFactor ? 'factor.on' : 'factor.off')}
          {secondFactor && ` ${t('factor.left', { count: recoveryCodes })}`}
        </Text>
        <Group gap={8}>
          {secondFactor && (
            <Button variant="default" onClick={open('codes')}>
              {t('factor.renew')}
            </Button>
          )}
          <Button variant="default" onClick={open(secondFactor ? 'off' : 'on')}>
            {t(secondFactor ? 'factor.switchOff' : 'factor.switchOn')}
          </Button>
        </Group>
      </Group>
      {/* A click beside it would take away codes that are shown this once. */}
      <Modal
        opened={opened}
        onClose={close}
        title={t(what === 'codes' ? 'factor.renewTitle' : 'factor.title')}
        closeOnClickOutside={false}
      >
        <Form onDone={close} />
      </Modal>
    </Card>
  );
}

function SwitchOn({ onDone }: { onDone: () => void }) {
  const { t } = useText();
  const begin = useMutation({
    mutationFn: (password: string) => ask('POST /auth/second-factor', { body: { password } }),
  });
  const confirm = useMutation({
    mutationFn: (code: string) => ask('POST /auth/second-factor/confirm', { body: { code } }),
  });
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recoveryCodes} onDone={onDone} />;
  if (begin.data) {
    return (
      <Stack gap={14}>
        <Text size="sm">{t('factor.scan')}</Text>
        <QrCode text={begin.data.uri} label={t('factor.qr')} />
        <Text size="sm">{t('factor.byHand')}</Text>
        <Code block>{begin.data.secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
        <OneField
          key="code"
          label={t('factor.code')}
          action={t('factor.confirm')}
          error={confirm.error}
          busy={confirm.isPending}
          onSubmit={confirm.mutate}
        />
      </Stack>
    );
  }
  return (
    <OneField
      secret
      label={t('profile.currentPassword')}
      action={t('factor.next')}
      error={begin.error}
      busy={begin.isPending}
      onSubmit={begin.mutate}
    />
  );
}

function SwitchOff({ onDone }: { onDone: () => void }) {
  const { t } = useText();
  const off = useMutation({
    mutationFn: (password: string) => ask('POST /auth/second-factor/off', { body: { password } }),
    onSuccess: onDone,
  });
  return (
    <Stack gap={14}>
      <Text size="sm">{t('factor.offText')}</Text>
      <OneField
        secret
        label={t('profile.currentPassword')}
        action={t('factor.switchOff')}
        error={off.error}
        busy={off.isPending}
        onSubmit={off.mutate}
      />
    </Stack>
  );
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const { t } = useText();
  const renew = useMutation({
    mutationFn: (password: string) => ask('POST /auth/second-factor/recovery-codes', { body: { password } }),
  });
  if (renew.data) return <RecoveryCodes codes={renew.data.recoveryCodes} onDone={onDone} />;
  return (
    <Stack gap={14}>
      <Text size="sm">{t('factor.renewText')}</Text>
      <OneField
        secret
        label={t('profile.currentPassword')}
        action={t('factor.next')}
        error={renew.error}
        busy={renew.isPending}
        onSubmit={renew.mutate}
      />
    </Stack>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useText();
  const shown = codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`).join('\n');
  return (
    <Stack gap={14}>
      <Alert color="yellow">{t('factor.recovery')}</Alert>
      <Code block>{shown}</Code>
      <Group justify="space-between">
        <CopyButton value={shown}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'people.invite.copied' : 'factor.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>{t('factor.kept')}</Button>
      </Group>
    </Stack>
  );
}

/** The code that a phone's camera reads. */
function QrCode({ text, label }: { text: string; label: string }) {
  const svg = useQuery({
    queryKey: ['qr-code'],
    queryFn: async () => (await import('uqr')).renderSVG(text, { border: 2 }),
    gcTime: 0,
  });
  if (!svg.data) return null;
  return (
    <img className={classes.qr} alt={label} src={`data:image/svg+xml;utf8,${encodeURIComponent(svg.data)}`} />
  );
}

interface OneFieldProps {
  label: string;
  action: string;
  secret?: boolean;
  error: Error | null;
  busy: boolean;
  onSubmit: (value: string) => void;
}

function OneField({ label, action, secret, error, busy, onSubmit }: OneFieldProps) {
  const { t } = useText();
  const form = useForm({ initialValues: { value: '' } });
  const wrong = error instanceof Problem && error.status === 422;
  const props = {
    label,
    required: true,
    withAsterisk: false,
    'data-autofocus': true,
    ...form.getInputProps('value'),
    error: wrong && t(secret ? 'factor.wrongPassword' : 'factor.wrongCode'),
  };
  return (
    <form onSubmit={form.onSubmit(({ value }) => onSubmit(value))}>
      <Stack gap={14}>
        {secret ? (
          <PasswordInput {...props} autoComplete="current-password" />
        ) : (
          <TextInput {...props} autoComplete="one-time-code" inputMode="numeric" />
        )}
        {error && !wrong && <ProblemPanel error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
