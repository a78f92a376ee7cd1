// What CloudStack's webhooks deliver: an ActionEvent as it is on the bus, signed. The signature covers
// neither the headers nor a time of sending, so a delivery caught on its way could be sent again for ever:
// what is not sure to be known still, had it come before, is refused.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { HeliographError } from '../errors.ts'
import { type Body, isUuid, timeOf } from '../event/cloudstack-message.ts'
import type { Decoded } from '../event/draft.ts'
import type { Timestamp } from '../event/event.ts'
import { badInput, isObject, nameOfType } from '../event/input.ts'
import { decodeItem } from './decode.ts'

/** A delivery, its signature found right. */
export type Delivery = {
  /** `X-CS-Event`; TEST.WEBHOOK is none that happened. */
  readonly type: string
  /** `X-CS-Event-ID`; data only, as the signature does not cover it. */
  readonly eventId: string | undefined
  /** The body's JSON; not looked at for a test, which may carry anything. */
  readonly body: unknown
}

/** When it is judged. */
export type Moment = {
  readonly now: Timestamp
  /** Since when no event was forgotten. */
  readonly knownSince: Timestamp
}

/** How far the cloud's clock may be from the gateway's, either way. */
const clockDifferenceMs = 5 * 60_000

const testType = 'TEST.WEBHOOK'

/** Any signature has this form: the base64 of 32 bytes. */
const signatureForm = /^[A-Za-z0-9+/]{43}=$/

/** Whether it may be a signature at all. */
export function isSignature(text: string): boolean {
  return signatureForm.test(text)
}

/** Whether the signature was made of this body with this secret; takes as long for any wrong one. */
export function isSignedWith(secret: string, body: Buffer, signature: string): boolean {
  const right = createHmac('sha256', secret).update(body).digest()
  const shown = Buffer.from(signature, 'base64')
  return shown.length === right.length && timingSafeEqual(shown, right)
}

/** Whether CloudStack tries its webhook out: such a body may be any text. */
export function isTest(type: string): boolean {
  return type === testType
}

/**
 * The event of a delivery, the same as if it had come by the bus.
 * @throws HeliographError BAD_INPUT with the field (`x-cs-event`, `body.eventDateTime`, …) for what is no
 * ActionEvent, does not agree with its header, or may be a replay
 */
export function decodeDelivery({ type, eventId, body }: Delivery, moment: Moment): Decoded {
  if (isTest(type)) return { kind: 'IGNORED', reason: 'TEST' }
  if (!isObject(body)) throw badInput('body', `must be the JSON object of an event, not ${nameOfType(body)}`)
  if (body.event !== type) {
    const said = typeof body.event === 'string' ? `"${body.event}"` : nameOfType(body.event)
    throw badInput('x-cs-event', `is "${type}", but the event of the body is ${said}: they must agree`)
  }
  refuseReplay(body, moment)
  const data = isUuid(eventId) ? { ...body, 'X-CS-Event-ID': eventId } : body
  // Webhooks carry ActionEvents only. The category is part of the id, so it is not left to a guess.
  const item = { routingKey: 'management-server.ActionEvent.*.*.*', body: data }
  return decodeItem('CLOUDSTACK', item, moment.now)
}

function refuseReplay(body: Body, { now, knownSince }: Moment): void {
  const field = 'body.eventDateTime'
  const time = timeOf(body)
  if (time === null) throw badInput(field, 'is missing: without it nobody can tell a replay from an event')
  const [atMs, nowMs, sinceMs] = [Date.parse(time), Date.parse(now), Date.parse(knownSince)]
  if (atMs > nowMs + clockDifferenceMs) {
    throw badInput(
      field,
      `is ${time}, but the gateway's clock says ${now}: set the clock of the management server, or the gateway's`,
    )
  }
  // An event was received when it happened or later, but for clocks that differ: so this one, had it
  // been logged before, is known still.
  if (atMs - clockDifferenceMs >= sinceMs) return
  throw badInput(
    field,
    `is ${time}, and the gateway's clock says ${now}: an event this old is taken for a replay, as what was logged before ${knownSince} may be forgotten. If it is new, set the clock of the management server, or raise HELIOGRAPH_DEDUPE_EVENTS, which widens the window up to 24 hours`,
  )
}

/** The refusal of whoever did not sign, or not with this secret. */
export function unsigned(says: string): HeliographError {
  return new HeliographError(
    'UNAUTHENTICATED',
    `X-CS-Signature ${says}: give the webhook a secretkey, and the gateway the same as HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET`,
    { field: 'x-cs-signature' },
  )
}
