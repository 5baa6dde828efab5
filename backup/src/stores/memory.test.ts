import { memoryStore } from '../../test/memory-store.ts';
import { storeContract } from '../../test/store-contract.ts';

storeContract('Memory', async () => ({ store: memoryStore(), async close() {} }));
