import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { colorScheme } from './theme/color-scheme.ts';
import { cssVariables, theme } from './theme/theme.ts';
import { useNamedButtons } from './theme/use-named-buttons.ts';
import { ConsentBar } from './watch/consent-bar.tsx';

/** The whole client: language, look, data and screens, from the outside in. */
export function App() {
  return (
    <I18nProvider i18n={i18n}>
      <Look>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <ConsentBar />
          <Notifications position="bottom-right" autoClose={5000} />
        </QueryClientProvider>
      </Look>
    </I18nProvider>
  );
}

function Look({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={useNamedButtons(theme)}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      {children}
    </MantineProvider>
  );
}
