import { type PostOptions, postJson } from 'conductor-backup/post';
import { type Message, messageOf } from './message.ts';
import type { Notifier } from './notifier.ts';

/** Slack's limit for the text of one section block is 3000 characters, https://api.slack.com/reference/block-kit/blocks#section */
const longestSection = 2_900;

/** Posts to a Slack incoming webhook. The address is a secret. */
export function slackNotifier(url: string, timing: Partial<PostOptions> = {}): Notifier {
  const address = new URL(url);
  return {
    name: 'Slack',
    send: (event, signal) => postJson(address, slackBody(messageOf(event)), { ...timing, signal }),
  };
}

function slackBody(message: Message): string {
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: text.slice(0, longestSection) },
  });
  const facts = message.facts.map(({ name, value }) => `*${name}:* ${escaped(value)}`).join('\n');
  const links = message.links.map(({ title, url }) => `<${escaped(url)}|${escaped(title)}>`).join(' · ');
  return JSON.stringify({
    // What a notification and a screen reader show.
    text: escaped(message.subject),
    blocks: [
      section(`*${escaped(message.subject)}*`),
      ...(facts ? [section(facts)] : []),
      ...(message.evidence ? [section(`\`\`\`${escaped(message.evidence)}\`\`\``)] : []),
      ...(links ? [section(links)] : []),
    ],
  });
}

/** The three characters that Slack asks to escape: https://api.slack.com/reference/surfaces/formatting#escaping */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
