import type { Messages } from '../i18n/locales.ts';

export const session = {
  'signIn.title': ['Entrar', 'Sign in'],
  'signIn.text': ['Bem-vindo de volta.', 'Welcome back.'],
  'signIn.token': ['Token de acesso', 'Access token'],
  'signIn.tokenHint': [
    'O valor de API_TOKEN, que o Conductor gerou na implantação.',
    'The value of API_TOKEN, which Conductor generated when it deployed.',
  ],
  'signIn.wrong': ['Este não é o token de acesso.', 'This is not the access token.'],
  'signIn.submit': ['Entrar', 'Sign in'],
  signOut: ['Sair', 'Sign out'],
} as const satisfies Messages;
