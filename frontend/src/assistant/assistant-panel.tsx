import { ActionIcon, Button, Drawer, Textarea } from '@mantine/core';
import { IconArrowUp, IconMessagePlus, IconPlayerStop } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { AiLine } from '../ai/ai-line.tsx';
import { useAi } from '../ai/ai-query.ts';
import { Feedback } from '../ai/feedback.tsx';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import classes from './assistant-panel.module.css';
import type { Message } from './conversation.ts';
import { ProposalCard } from './proposal-card.tsx';
import { recordAt } from './record-at.ts';
import { useAssistant } from './use-assistant.ts';

const examples = {
  anywhere: ['today', 'risk', 'leads'],
  record: ['summary', 'next'],
} as const;

/** The conversation with the assistant, beside the screen; it knows which record is open. */
export default function AssistantPanel({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useText();
  const { messages, busy, ask, stop, clear } = useAssistant();
  const { ready } = useAi('assistant');
  const context = recordAt(useLocation().pathname);
  const [text, setText] = useState('');
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something new is said, its end is shown
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [messages]);
  const submit = (question = text) => {
    if (question.trim() === '' || busy) return;
    setText('');
    void ask(question.trim(), context);
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={420}
      withOverlay={false}
      trapFocus={false}
      lockScroll={false}
      closeOnClickOutside={false}
      title={t('assistant.title')}
      classNames={{ content: classes.panel, body: classes.body }}
    >
      <div className={classes.messages} aria-live="polite" aria-busy={busy}>
        {messages.length === 0 && (
          <div className={classes.intro}>
            <p>{t('assistant.intro')}</p>
            <AiLine feature="assistant" />
            {ready &&
              examples[context ? 'record' : 'anywhere'].map((name) => (
                <Button
                  key={name}
                  variant="default"
                  size="xs"
                  onClick={() => submit(t(`assistant.example.${name}`))}
                >
                  {t(`assistant.example.${name}`)}
                </Button>
              ))}
          </div>
        )}
        {messages.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was said is never reordered
          <Said key={index} message={message} waiting={busy && index === messages.length - 1} />
        ))}
        <div ref={end} />
      </div>
      <form
        className={classes.ask}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {messages.length > 0 && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('assistant.clear')}
            onClick={clear}
          >
            <IconMessagePlus size={18} stroke={1.7} />
          </ActionIcon>
        )}
        <Textarea
          className={classes.text}
          aria-label={t('assistant.placeholder')}
          placeholder={t('assistant.placeholder')}
          disabled={ready === false}
          data-autofocus
          autosize
          minRows={1}
          maxRows={6}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        {busy ? (
          <ActionIcon size="lg" variant="default" aria-label={t('assistant.stop')} onClick={stop}>
            <IconPlayerStop size={18} stroke={1.7} />
          </ActionIcon>
        ) : (
          <ActionIcon size="lg" type="submit" disabled={text.trim() === ''} aria-label={t('assistant.send')}>
            <IconArrowUp size={18} stroke={1.9} />
          </ActionIcon>
        )}
      </form>
    </Drawer>
  );
}

function Said({ message, waiting }: { message: Message; waiting: boolean }) {
  const { t } = useText();
  return (
    <div className={classes.said} data-role={message.role}>
      {message.text && <p>{message.text}</p>}
      {waiting && message.text === '' && <p className={classes.waiting}>{t('assistant.thinking')}</p>}
      {message.citations.length > 0 && (
        <p className={classes.sources}>
          {t('assistant.sources')}:{' '}
          {message.citations.map((citation, index) => (
            <span key={`${citation.entity}${citation.id}`}>
              {index > 0 && ' · '}
              <LinkTo link={citation}>{citation.title}</LinkTo>
            </span>
          ))}
        </p>
      )}
      {message.proposals.map((proposal) => (
        <ProposalCard key={JSON.stringify(proposal.request)} proposal={proposal} />
      ))}
      {message.failure && (
        <p className={classes.failure} role="alert">
          {t('assistant.failed', { reason: message.failure })}
        </p>
      )}
      {message.runId && <Feedback runId={message.runId} />}
    </div>
  );
}
