import { expect, it } from 'vitest';
import { repositoryIn, repositoryUrl } from './repository.ts';

it.each([
  ['example/crm', 'https://github.com/example/crm'],
  ['https://github.com/example/crm', 'https://github.com/example/crm'],
  ['https://github.com/example/crm.git', 'https://github.com/example/crm'],
  ['https://user:token@gitlab.com/group/part/crm.git/', 'https://gitlab.com/group/part/crm'],
  ['git@github.com:example/crm.git', 'https://github.com/example/crm'],
  ['ssh://git@git.example.com:2222/example/crm.git', 'https://git.example.com/example/crm'],
])('reads %s', (text, url) => {
  expect(repositoryUrl(repositoryIn(text)!)).toBe(url);
});

it.each(['/srv/git/crm.git', '../crm', './crm', 'C:\\git\\crm', 'crm', ''])(
  'knows of %o that it is no place on the internet',
  (text) => {
    expect(repositoryIn(text)).toBeNull();
  },
);
