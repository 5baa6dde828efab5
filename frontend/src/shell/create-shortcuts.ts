import { useNavigate } from '@tanstack/react-router';
import type { Shortcut } from '../shortcuts/registry.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';

/** What is created where: the screen whose form is opened by its address. */
const creations = [
  { keys: 'c l', label: 'leads.new', to: '/leads' },
  { keys: 'c d', label: 'deals.new', to: '/pipeline' },
  { keys: 'c c', label: 'contacts.new', to: '/contacts' },
  { keys: 'c e', label: 'companies.new', to: '/companies' },
  { keys: 'c t', label: 'tasks.new', to: '/tasks' },
] as const satisfies (Omit<Shortcut, 'run'> & { to: string })[];

/** `C` and a letter begins a new record from any screen; on the screen of its kind, filters stay as they are. */
export function useCreateShortcuts(): void {
  const navigate = useNavigate();
  useShortcuts(
    creations.map(({ keys, label, to }) => ({
      keys,
      label,
      run: () => {
        const here = window.location.pathname === to;
        const begun = { new: to === '/pipeline' ? 'any' : true };
        void navigate({
          to,
          search: (search: object) => ({ ...(here && search), ...begun }),
          replace: here,
        } as never);
      },
    })),
  );
}
