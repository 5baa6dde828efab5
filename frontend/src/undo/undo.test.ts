import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { notifications, notificationsStore } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BoardData, boardQuery } from '../deals/deals-query.ts';
import { useMove } from '../deals/use-move.ts';
import { useOutcome } from '../deals/use-outcome.ts';
import { useDeleteFile } from '../files/use-delete-file.ts';
import { catalog } from '../i18n/catalog.ts';
import { useDelete } from '../records/use-delete.ts';
import { listenForShortcuts, registry } from '../shortcuts/use-shortcuts.ts';
import { useComplete } from '../tasks/use-complete.ts';
import { hasUndo, offerUndo, undoLast } from './offer-undo.tsx';
import { undoShortcut } from './use-undo-shortcut.ts';

/** What was asked of the API, as `POST /deals/d/move 4 {"stageId":"new"}`; it answers what `answers` has for it. */
let asked: string[];
let answers: Record<string, unknown>;
const queryClient = new QueryClient();
beforeAll(() => {
  i18n.loadAndActivate({
    locale: 'en',
    messages: Object.fromEntries(Object.entries(catalog).map(([key, [, text]]) => [key, text])),
  });
});
beforeEach(() => {
  asked = [];
  answers = {};
  vi.stubGlobal('fetch', async (url: string, { method, headers, body }: RequestInit) => {
    const path = url.replace(/^.*\/api\/v1/, '');
    const version = (headers as Record<string, string>)['If-Match'] ?? '-';
    asked.push([method, path, version, body ?? ''].join(' ').trim());
    return Response.json(answers[`${method} ${path}`] ?? {});
  });
});
afterEach(() => {
  for (const { id } of shown()) notifications.hide(id!);
  vi.unstubAllGlobals();
});

const shown = () => notificationsStore.getState().notifications;
const offer = (about: string, undo = () => {}) => offerUndo({ about, message: about, undo });

/** What a hook gives to the component that uses it. */
function given<T>(use: () => T): T {
  let result: T | undefined;
  const Component = () => {
    result = use();
    return null;
  };
  const screen = createElement(I18nProvider, { i18n }, createElement(Component));
  renderToString(createElement(QueryClientProvider, { client: queryClient }, screen));
  return result!;
}

describe('what can be undone', () => {
  it('is the newest offer on the screen, then the one before it, each once', () => {
    const undone: string[] = [];
    offer('first', () => undone.push('first'));
    offer('second', () => undone.push('second'));
    undoLast();
    undoLast();
    undoLast();
    expect(undone).toEqual(['second', 'first']);
    expect(shown()).toEqual([]);
  });

  it('stands for 10 seconds, and no longer than it is on the screen', () => {
    offer('closed');
    expect(shown()[0]!.autoClose).toBe(10_000);
    expect(hasUndo()).toBe(true);
    notifications.hide(shown()[0]!.id!);
    expect(hasUndo()).toBe(false);
  });

  it('is only the last of those about the same thing', () => {
    const undone: string[] = [];
    offer('move', () => undone.push('earlier'));
    offer('move', () => undone.push('later'));
    expect(shown()).toHaveLength(1);
    undoLast();
    undoLast();
    expect(undone).toEqual(['later']);
  });
});

describe('undone is', () => {
  it('a move on the board: the card goes back above the card that was below it, and no further', async () => {
    const stage = (id: string) => ({ id, name: id, type: 'open', probability: 10 });
    const deal = (id: string, stageId: string, version: number) => ({ id, stageId, version, title: id });
    const board = {
      columns: [
        { stage: stage('new'), count: 3, sums: [], nextCursor: null, deals: [] as unknown[] },
        { stage: stage('demo'), count: 0, sums: [], nextCursor: null, deals: [] },
      ],
    };
    board.columns[0]!.deals = ['a', 'b', 'c'].map((id) => deal(id, 'new', 3));
    const { queryKey } = boardQuery('p', {});
    queryClient.setQueryData(queryKey, board as never);
    const followed: string[] = [];
    const { move } = given(() => useMove('p', {}, (id) => followed.push(id)));

    answers['POST /deals/b/move'] = deal('b', 'demo', 4);
    move(deal('b', 'new', 3) as never, { stageId: 'demo', beforeId: null });
    await vi.waitFor(() => expect(hasUndo()).toBe(true));
    answers['POST /deals/b/move'] = deal('b', 'new', 5);
    undoLast();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(followed).toEqual(['b']);
    expect(asked).toEqual([
      'POST /deals/b/move 3 {"stageId":"demo"}',
      'POST /deals/b/move 4 {"stageId":"new","beforeId":"a","afterId":"c"}',
    ]);
    const after = queryClient.getQueryData<BoardData>(queryKey)!;
    await vi.waitFor(() => expect(queryClient.isMutating()).toBe(0));
    expect(after.columns.map(({ deals }) => deals.map(({ id }) => id))).toEqual([['a', 'b', 'c'], []]);
    expect(hasUndo()).toBe(false);
  });

  it.each(['win', 'lose'] as const)('a deal that was ended (%s): it is opened again', async (end) => {
    const deal = { id: 'd', version: 2, title: 'Annual plan' };
    const { win, lose } = given(useOutcome);
    answers[`POST /deals/d/${end}`] = { ...deal, version: 3 };
    if (end === 'win') win.mutate(deal);
    else lose.mutate({ deal, reason: 'Price' });
    await vi.waitFor(() => expect(hasUndo()).toBe(true));
    undoLast();
    await vi.waitFor(() => expect(asked.at(-1)).toBe('POST /deals/d/reopen 3 {}'));
  });

  it('a task that was completed: it is opened again, and what was planned after it is gone', async () => {
    const task = { id: 't', version: 2, title: 'Call' };
    const complete = given(() => useComplete(task as never));
    answers['POST /tasks/t/complete'] = {
      task: { ...task, version: 3 },
      next: { id: 'n', title: 'Call again' },
    };
    complete.mutate({});
    await vi.waitFor(() => expect(hasUndo()).toBe(true));
    undoLast();
    await vi.waitFor(() =>
      expect(asked.slice(1)).toEqual(['PATCH /tasks/t 3 {"status":"open"}', 'DELETE /tasks/n -']),
    );
  });

  it('a deletion: the record comes back from the trash', async () => {
    given(useDelete).mutate({ entity: 'lead', id: 'l', name: 'Beatriz' });
    await vi.waitFor(() => expect(hasUndo()).toBe(true));
    undoLast();
    await vi.waitFor(() => expect(asked).toEqual(['DELETE /leads/l -', 'POST /leads/l/restore -']));
  });
});

describe('Ctrl Z', () => {
  class Element {
    isContentEditable = false;
    readonly #text: boolean;
    constructor(text: boolean) {
      this.#text = text;
    }
    matches = () => this.#text;
  }
  /** A page on which something has the focus, and `dialog` is open or not. */
  const press = (focused: Element | null, { dialog = false, ...keys }: Record<string, unknown> = {}) => {
    vi.stubGlobal('HTMLElement', Element);
    vi.stubGlobal('document', { activeElement: focused, querySelector: () => (dialog ? {} : null) });
    const window = new EventTarget();
    vi.stubGlobal('window', window);
    const event = Object.assign(new Event('keydown', { cancelable: true }), {
      key: 'z',
      ctrlKey: true,
      metaKey: false,
      shiftKey: false,
      altKey: false,
      ...keys,
    });
    const end = listenForShortcuts();
    window.dispatchEvent(event);
    end();
    return event.defaultPrevented;
  };
  let end: () => void;
  beforeEach(() => {
    end = registry.add([undoShortcut]);
  });
  afterEach(() => end());

  it('undoes the last, with Ctrl or ⌘, also after a box was ticked and with single keys switched off', () => {
    vi.stubGlobal('localStorage', { getItem: () => 'off' });
    let undone = 0;
    for (const keys of [{}, { ctrlKey: false, metaKey: true }]) {
      offer('one', () => undone++);
      expect(press(new Element(false), keys)).toBe(true);
    }
    expect(undone).toBe(2);
  });

  it('is the browser’s in a text field, behind a dialog, with Shift, and where nothing can be undone', () => {
    expect(press(null)).toBe(false);
    let undone = 0;
    offer('one', () => undone++);
    expect(press(new Element(true))).toBe(false);
    expect(press(null, { dialog: true })).toBe(false);
    expect(press(null, { shiftKey: true, key: 'Z' })).toBe(false);
    expect(undone).toBe(0);
    expect(press(null)).toBe(true);
    expect(undone).toBe(1);
  });

  it('a file that was deleted beside a record: it is there again', async () => {
    given(useDeleteFile).mutate({ id: 'f', name: 'a.pdf' } as never);
    await vi.waitFor(() => expect(hasUndo()).toBe(true));
    undoLast();
    await vi.waitFor(() => expect(asked).toEqual(['DELETE /files/f -', 'POST /files/f/restore -']));
  });
});
