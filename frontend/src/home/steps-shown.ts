import { useState } from 'react';
import { storage } from '../browser/storage.ts';
import { useMe } from '../session/use-me.ts';

/** Whether the first steps are shown: to an administrator, until they have seen enough of them. */
export function useStepsShown(): { shown: boolean; hide: () => void } {
  const { capabilities } = useMe();
  const [hidden, setHidden] = useState(() => storage.get('firstSteps') !== null);
  return {
    shown: !hidden && capabilities.includes('administer'),
    hide() {
      storage.set('firstSteps', 'over');
      setHidden(true);
    },
  };
}
