export { type NotifierSettings, notifierSchema } from '../config/notifiers.ts';
export { type EventKind, eventKinds, type NotifyEvent } from '../model/event.ts';
export { type Message, messageOf, textOf } from './message.ts';
export type { Notifier } from './notifier.ts';
export { createNotify, type Delivery, type Notify, type Subscription, subscriptions } from './notify.ts';
