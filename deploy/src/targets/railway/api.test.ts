import { expect, it } from 'vitest';
import { refusalOfSentence } from './api.ts';

it.each([
  ['Not Authorized', 'scope'],
  ['A service named api already exists in this project', 'name'],
  ['Resource provision limit exceeded. Please upgrade to provision more resources!', 'quota'],
  ['Replicas are not part of the Free plan', 'plan'],
  ['Domain is already in use', 'domain'],
  ['Commit not found', 'source'],
  ['ServiceInstance not found', 'absent'],
  ['Region mars-1 is not available', 'region'],
  ['Something that nobody has said before', 'other'],
])('takes "%s" for %s', (sentence, refusal) => {
  expect(refusalOfSentence(sentence)).toBe(refusal);
});
