import { targetContract } from '../../../test/target-contract.ts';
import { TestPlace } from './testing/place.ts';

targetContract('local', async () => {
  const place = await TestPlace.open();
  return {
    target: async () => place.target(),
    service: (behaviour) => place.service(behaviour),
    release: (version) => place.release(version),
    close: () => place.close(),
  };
});
