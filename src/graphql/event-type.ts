// The event types that are known, for discovery.

import type { EventType } from '../resource/event-types.ts'
import { builder } from './builder.ts'

export const EventTypeObject = builder.objectRef<EventType>('EventType').implement({
  description: 'A type of event that is known to come; others are taken all the same.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'What stands in `Event.type`, such as VM.START.' }),
    kind: t.exposeString('kind', {
      nullable: true,
      description: 'What it happens to as a rule, where that is settled.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it means, where there is more to say.',
    }),
  }),
})
