import { describe, expect, it, test } from 'vitest';
import { parseDotenv } from './dotenv.ts';

test('values come in as Node reads them, blank ones apart', () => {
  expect(parseDotenv('# c\nexport A=1\nB="two words"\nC=\nD=\'  \'\nE=x=y # note\n')).toEqual({
    secrets: { A: '1', B: 'two words', E: 'x=y' },
    blank: ['C', 'D'],
  });
});

it.each([
  ['a byte order mark', '\uFEFFA=1\nB=2', { A: '1', B: '2' }],
  ['the line ends of Windows', 'A=1\r\n\r\nB="2"\r\n', { A: '1', B: '2' }],
  ['no line end at the end', 'A=1', { A: '1' }],
  ['blanks around everything', '  export  A =  1  \n\tB\t=\t2', { A: '1', B: '2' }],
  [
    'comments of their own and behind values',
    '#A=0\n  # x\nA=1 # x\nB="2"# x\nC=\'3\' # x',
    { A: '1', B: '2', C: '3' },
  ],
  [
    'each kind of quote, with the others inside',
    `A="it's"\nB='say "x"'\nC=\`it's "x"\``,
    { A: "it's", B: 'say "x"', C: `it's "x"` },
  ],
  ['# and blanks inside quotes', 'A="a#b "\nB=\' # \\n\'', { A: 'a#b ', B: ' # \\n' }],
  ['a line break written as \\n, in double quotes only', 'A="x\\ny"\nB=\'x\\ny\'', { A: 'x\ny', B: 'x\\ny' }],
  [
    'a value over several lines',
    'A="-----BEGIN KEY-----\nMII=\n\n# no comment\n-----END KEY-----" # x\nB=1',
    { A: '-----BEGIN KEY-----\nMII=\n\n# no comment\n-----END KEY-----', B: '1' },
  ],
  ['a value over several lines of Windows', "A='x\r\ny'\r\nB=1", { A: 'x\ny', B: '1' }],
  [
    'quotes of JSON that are escaped',
    'A="{\\"key\\": \\"x\\\\ny\\", \\"at\\": \\"C:\\\\\\\\d\\"}"',
    { A: '{"key": "x\\ny", "at": "C:\\\\d"}' },
  ],
  ['quotes, $ and = inside a value', "A=it's\nB=a$b=$C==", { A: "it's", B: 'a$b=$C==' }],
  ['the last of two values', 'A=1\nA=2', { A: '2' }],
])('reads %s', (_, text, secrets) => {
  expect(parseDotenv(text)).toEqual({ secrets, blank: [] });
});

describe('of what cannot be read', () => {
  it.each([
    ['a word', 'GOOD=1\nhunter2\n', ['line 2 is not NAME=value']],
    ['YAML', 'A: hunter2', ['line 1 is not NAME=value']],
    ['an export without a value', 'export HUNTER2', ['line 1 is not NAME=value']],
    ['a value without a name', '=hunter2', ['line 1 is not NAME=value']],
    [
      'a name that is none',
      '1A=hunter2\nhunter2-B=y',
      ['line 1 has no name that', 'line 2 has no name that'],
    ],
    ['a command', 'set A=hunter2', ['line 1 is not NAME=value']],
    [
      'a key that was broken into lines without quotes',
      'KEY=-----BEGIN\nhunter2/+\nhunter2+w==\n',
      ['line 2 is not', 'line 3 has no name'],
    ],
    [
      'a quote that is not closed',
      'A="hunter2\nB=1\nC',
      ['line 1 has a quote that is not closed', 'line 3 is not'],
    ],
    [
      'something behind the quote',
      'A="hunter2"x\nB=\'1\'',
      ['line 1 has a quote that is not closed, or something behind'],
    ],
    ['a # that may belong to the value', 'A=hunter2#3\nB=x #1', ['line 1 has a # that']],
    [
      'letters of another encoding',
      Buffer.from('A=\xe7hunter2\nB="x\n\xe7"', 'latin1').toString('utf8'),
      ['line 1 is not UTF-8', 'line 2 is not UTF-8', 'line 3 is not UTF-8'],
    ],
  ])('%s is named by its number alone', (_, text, problems) => {
    let message = '';
    expect(() => {
      try {
        parseDotenv(text);
      } catch (error) {
        message = (error as Error).message;
        throw error;
      }
    }).toThrow(expect.objectContaining({ code: 'secrets.unreadable-lines', exit: 2 }));
    const said = message.split('\n').slice(1);
    expect(said).toHaveLength(problems.length);
    for (const [i, problem] of problems.entries()) expect(said[i]).toContain(problem);
    expect(message).not.toMatch(/hunter2/i);
  });
});
