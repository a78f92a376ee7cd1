// The webhook-id of a notification: what receivers know a repeat by. The same on every gateway, for every
// attempt and in replays, since nothing but the endpoint and the event goes into it.

import { hash } from 'node:crypto'
import type { Event } from '../event/event.ts'

/** `msg_` and base64url(SHA-256(["<endpoint id>","<source>","<eventId>"])): 47 characters, no full stop. */
export function messageIdOf(endpointId: string, event: Pick<Event, 'source' | 'eventId'>): string {
  // As a JSON list no part can run into the next.
  return `msg_${hash('sha256', JSON.stringify([endpointId, event.source, event.eventId]), 'base64url')}`
}
