import type { Messages } from '../i18n/locales.ts';

export const session = {
  'signIn.title': ['Entrar', 'Sign in'],
  'signIn.text': ['Bem-vindo de volta.', 'Welcome back.'],
  'signIn.email': ['E-mail', 'E-mail'],
  'signIn.password': ['Senha', 'Password'],
  'signIn.wrong': ['O e-mail ou a senha não confere.', 'The e-mail or the password is wrong.'],
  'signIn.submit': ['Entrar', 'Sign in'],
  'signIn.google': ['Entrar com o Google', 'Sign in with Google'],
  'signIn.googleFailed': [
    'O Google não confirmou um acesso que exista aqui. Peça um convite ao administrador.',
    'Google did not confirm an account that exists here. Ask the administrator for an invitation.',
  ],
  'signIn.or': ['ou', 'or'],
  'signIn.forgotten': [
    'Esqueceu a senha? Peça um novo convite a quem administra o Conductor.',
    'Forgot your password? Ask whoever administers Conductor for a new invitation.',
  ],
  signOut: ['Sair', 'Sign out'],
  'setup.title': ['Comece aqui', 'Start here'],
  'setup.text': [
    'Crie a organização e a primeira conta, que será a administradora.',
    'Create the organisation and the first account, which will be the administrator.',
  ],
  'setup.organisation': ['Nome da empresa', 'Company name'],
  'setup.name': ['Seu nome', 'Your name'],
  'setup.submit': ['Criar e entrar', 'Create and sign in'],
  'password.hint': ['Pelo menos 10 caracteres.', 'At least 10 characters.'],
  'password.short': ['A senha precisa de 10 caracteres.', 'The password needs 10 characters.'],
  'person.nameShort': ['Informe o nome.', 'Enter the name.'],
  'invite.title': ['Você foi convidado', 'You are invited'],
  'invite.text': ['Crie sua conta para {email}.', 'Create your account for {email}.'],
  'invite.submit': ['Criar conta', 'Create account'],
  'invite.gone.title': ['Este convite não vale mais', 'This invitation no longer works'],
  'invite.gone.text': [
    'Ele já foi usado ou passou de 7 dias. Peça um novo.',
    'It was used already or is older than 7 days. Ask for a new one.',
  ],
} as const satisfies Messages;
