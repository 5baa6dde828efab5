import type { Ledger } from './ledger.ts';
import type { HeldLock, LockRequest } from './lock.ts';
import type { Fact } from './record.ts';

/** Characters of a text in the words of others that history keeps: it says what happened, and is no log. */
const longest = 2_000;

/** A text in the words of others (an error, a person's reason, a commit's subject) as it may be kept for ever. */
export const keepable = (text: string, redact: (text: string) => string): string => {
  const clean = redact(text);
  return clean.length <= longest ? clean : `${clean.slice(0, longest)}…`;
};

/** A ledger into which no secret gets: what it keeps in the words of others goes through `redact`, and no other way leads into it. */
export function redactedLedger(ledger: Ledger, redact: (text: string) => string): Ledger {
  const clean = (text: string) => keepable(text, redact);
  return {
    place: ledger.place,
    shared: ledger.shared,
    history: () => ledger.history(),
    append: (fact: Fact, lock: HeldLock) => ledger.append(withoutSecrets(fact, clean), lock),
    ...(ledger.tag && { tag: (release) => ledger.tag!(release) }),
    acquire: (request: LockRequest) => ledger.acquire({ ...request, reason: clean(request.reason) }),
    holder: () => ledger.holder(),
    breakLock: (by) => ledger.breakLock(by),
  };
}

function withoutSecrets(fact: Fact, clean: (text: string) => string): Fact {
  switch (fact.type) {
    case 'release':
      return { ...fact, changes: fact.changes.map(clean) };
    case 'started':
      return fact.reason === undefined ? fact : { ...fact, reason: clean(fact.reason) };
    case 'ended':
      return fact.detail === undefined ? fact : { ...fact, detail: clean(fact.detail) };
    case 'maintenance':
      return fact.message === undefined ? fact : { ...fact, message: clean(fact.message) };
    case 'stopped':
    case 'restarted':
    case 'drilled':
    case 'ran':
      return fact;
  }
}
