import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { queryClient } from './api/query-client.ts';
import type { DoorAddress } from './door-address.ts';
import { ForgotScreen } from './session/forgot-screen.tsx';
import { InviteScreen } from './session/invite-screen.tsx';
import { ResetScreen } from './session/reset-screen.tsx';
import { SetupScreen } from './session/setup-screen.tsx';
import { SignInScreen } from './session/sign-in-screen.tsx';
import { colorScheme } from './theme/color-scheme.ts';
import { cssVariables, theme } from './theme/theme.ts';
import { ConsentBar } from './watch/consent-bar.tsx';

/** Mantine as the screens before the door use it. */
export const look = {
  theme,
  cssVariablesResolver: cssVariables,
  colorSchemeManager: colorScheme,
  defaultColorScheme: 'auto',
  withGlobalClasses: false,
} as const;

/**
 * The screens before the door, without anything of the application: no router, no shell, no live updates. The build draws each of them into
 * door.html, so what the first rendering shows depends on the address alone.
 */
export function DoorApp({ address }: { address: DoorAddress }) {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => setDrawn(true), []);
  return (
    <I18nProvider i18n={i18n}>
      {/* The built page has the variables of the look in its head. */}
      <MantineProvider {...look} withCssVariables={import.meta.env.DEV}>
        <QueryClientProvider client={queryClient}>
          <Screen {...address} />
          {drawn && <ConsentBar />}
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}

function Screen({ screen, token, search }: DoorAddress) {
  switch (screen) {
    case 'login':
      return <SignInScreen {...search} />;
    case 'forgot':
      return <ForgotScreen />;
    case 'setup':
      return <SetupScreen />;
    case 'reset':
      return <ResetScreen token={token} />;
    case 'invite':
      return <InviteScreen token={token} />;
  }
}
