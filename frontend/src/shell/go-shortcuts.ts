import { useNavigate } from '@tanstack/react-router';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { destinations } from './navigation.ts';

/** `G` and a letter goes to each of the main places. */
export function useGoShortcuts(): void {
  const navigate = useNavigate();
  useShortcuts(
    destinations.map(({ to, label, keys }) => ({ keys, label, run: () => void navigate({ to }) })),
  );
}
