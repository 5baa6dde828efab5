import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LeaseBench, leaseContract } from '../test/lease-contract.ts';
import { memoryStore } from '../test/memory-store.ts';
import { storeLease } from './store-lease.ts';
import { fileStore } from './stores/file.ts';

const scope = { project: 'crm', environment: 'production' };
const details = { holder: 'ana', purpose: 'backup', since: '2026-01-01T00:00:00.000Z' };
type Bench = LeaseBench<typeof details>;

async function inMemory(): Promise<Bench> {
  const store = memoryStore();
  return { place: async () => storeLease(store, scope), close: async () => {} };
}

async function inFolder(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'lease-'));
  return {
    place: async () => storeLease(fileStore(folder), scope),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

leaseContract('a store in memory', { open: inMemory, details, patience: 900, heartbeat: 100 });
leaseContract("a store's folder", { open: inFolder, details, patience: 900, heartbeat: 100 });
