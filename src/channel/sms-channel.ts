// The channel of `sms:`, by SMPP 3.4. One attempt is one short text: it tells of three events and counts the
// rest. That the SMS centre took it is delivery; what became of it later comes as a receipt, to be counted.

import { randomInt } from 'node:crypto'
import smpp from 'smpp'
import type { Attempted, Channel, Destination, Outcome } from './channel.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { readServerUrl } from './server-url.ts'
import { createSlots } from './slots.ts'
import type { SmppPlace } from './smpp-connection.ts'
import type { ReceiptState } from './smpp-receipt.ts'
import { openSmppSession, type SmppSessionState, type SmppTimes, type Submitted } from './smpp-session.ts'
import { encodeSms, type SmsPart } from './sms-parts.ts'
import { listedEvents, writeChallenge, writeSms } from './sms-text.ts'
import { parseSmsUri } from './sms-uri.ts'

export type SmsChannelOptions = {
  /** The SMS centre as `smpp://system_id:password@host:2775`, or `ssmpp://` for TLS (port 3550). */
  readonly smppUrl: string
  /** Who texts are from: `+` and digits, a short code, or at most 11 letters and digits. */
  readonly sender: string
  /** Texts that one number may get in ten minutes; 5 by default. */
  readonly textsPerTenMinutes?: number
  /** Called for each delivery receipt, to count them; may not throw. */
  readonly onReceipt?: (state: ReceiptState) => void
  /** Called when the session is bound and when it is lost; the reason holds no secret. May not throw. */
  readonly onSession?: (state: SmppSessionState) => void
  /** Of the session; by default an enquiry after 30 s, 10 s for answers, pauses from 1 s to 60 s. */
  readonly times?: SmppTimes
  /** Certificates of authorities that are trusted instead of the well-known ones, as PEM. */
  readonly ca?: string
}

const windowMs = 600_000
/** Texts on their way to the centre at once, as centres commonly allow; suspects get half of it. */
const submitWindow = 10
const defaultTimes: SmppTimes = {
  enquireMs: 30_000,
  answerMs: 10_000,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
}

/** Answers of the centre that it cannot take so many now, with how long to leave it alone. */
const busyMs = new Map([
  [smpp.errors.ESME_RTHROTTLED, 10_000],
  [smpp.errors.ESME_RMSGQFUL, 60_000],
])

const statusNames = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]))

/** A channel for one gateway, which binds one session at once and keeps it. */
export function openSmsChannel(options: SmsChannelOptions): Channel {
  const { sender, textsPerTenMinutes = 5, onReceipt = ignore, onSession = ignore } = options
  const session = openSmppSession({
    ...readSmppUrl(options.smppUrl, options.ca ?? null),
    ...(options.times ?? defaultTimes),
    onReceipt,
    onState: onSession,
  })
  const slots = createSlots(submitWindow)
  const source = sourceOf(sender)
  let reference = randomInt(256)

  async function send(destination: Destination, text: string, signal: AbortSignal): Promise<Attempted> {
    const startedMs = performance.now()
    const deadline = startDeadline(destination.timeoutMs, signal)
    try {
      if (signal.aborted) return failed('given up', startedMs)
      const number = parseSmsUri(destination.uri, 'uri')
      const release = await slots.take(destination.isSuspect, deadline)
      if (release === null) return failed('no room in the session came free in time', startedMs)
      reference = (reference + 1) % 256
      const submitted = await submitAll(number, encodeSms(text, reference), deadline).finally(release)
      return { ...judge(submitted), latencyMs: sinceMs(startedMs) }
    } catch (error) {
      return failed(error instanceof Error ? error.message : 'unknown error', startedMs)
    } finally {
      deadline.clear()
    }
  }

  /** In order; the first part that is not taken ends it. */
  async function submitAll(
    number: string,
    parts: readonly SmsPart[],
    deadline: Deadline,
  ): Promise<Submitted> {
    let submitted: Submitted = { kind: 'UNANSWERED', reason: 'there is nothing to send' }
    for (const [index, part] of parts.entries()) {
      // One receipt for a text, whatever its parts.
      const wantsReceipt = index === parts.length - 1
      submitted = await session.submit({ ...source, ...fieldsOf(number, part, wantsReceipt) }, deadline)
      if (submitted.kind !== 'ANSWERED' || submitted.status !== 0) return submitted
    }
    return submitted
  }

  return {
    name: 'sms',
    schemes: ['sms:'],
    // After a storm one text tells of it, not one after the other until it is over.
    most: 1_000,
    gathers: false,
    listed: listedEvents,
    rate: { attempts: textsPerTenMinutes, windowMs },
    confirmedBy: 'CODE',
    async check(uri, field) {
      return `sms:+${parseSmsUri(uri, field)}`
    },
    async attempt(destination, notifications, signal) {
      if (notifications.length === 0) return failed('there is nothing to send', performance.now())
      const events = notifications.map(({ event }) => event)
      return send(destination, writeSms(events, Date.now()), signal)
    },
    async challenge(destination, challenge, signal) {
      if (challenge.kind !== 'CODE') {
        return failed('endpoints of this channel are confirmed by a code', performance.now())
      }
      return send(destination, writeChallenge(challenge.code), signal)
    },
    close: () => session.close(),
  }
}

function ignore(): void {}

function readSmppUrl(
  text: string,
  ca: string | null,
): { place: SmppPlace; systemId: string; password: string } {
  const { host, port, user, password } = readServerUrl(text)
  const isTls = text.startsWith('ssmpp:')
  return { place: { host, port, isTls, ca }, systemId: user, password }
}

/** Type and numbering plan as centres expect them: international, short code, or a name. */
function sourceOf(sender: string): Readonly<Record<string, unknown>> {
  if (sender.startsWith('+')) {
    return { source_addr_ton: 1, source_addr_npi: 1, source_addr: sender.slice(1) }
  }
  return { source_addr_ton: /^\d+$/.test(sender) ? 3 : 5, source_addr_npi: 0, source_addr: sender }
}

function fieldsOf(
  number: string,
  { dataCoding, hasHeader, octets }: SmsPart,
  wantsReceipt: boolean,
): Readonly<Record<string, unknown>> {
  return {
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: number,
    esm_class: hasHeader ? 0x40 : 0,
    registered_delivery: wantsReceipt ? 1 : 0,
    data_coding: dataCoding,
    short_message: octets,
  }
}

function judge(submitted: Submitted): Omit<Attempted, 'latencyMs'> {
  if (submitted.kind === 'ANSWERED') {
    const { status } = submitted
    const detail = status === 0 ? null : `the SMS centre answered ${nameOf(status)}`
    return { outcome: outcomeOf(status), status, detail }
  }
  const status = submitted.kind === 'UNBOUND' ? submitted.status : null
  const detail = status === null ? submitted.reason : `${submitted.reason}: ${nameOf(status)}`
  return { outcome: failure, status, detail }
}

const failure: Outcome = { kind: 'FAILED', retryAfterMs: null }

function outcomeOf(status: number): Outcome {
  if (status === 0) return { kind: 'DELIVERED' }
  if (status === smpp.errors.ESME_RINVDSTADR) return { kind: 'REFUSED' }
  return { kind: 'FAILED', retryAfterMs: busyMs.get(status) ?? null }
}

/** `ESME_RTHROTTLED (88)`. */
function nameOf(status: number): string {
  return `${statusNames.get(status) ?? 'an error of its own'} (${status})`
}

function failed(detail: string, startedMs: number): Attempted {
  return { outcome: failure, status: null, detail, latencyMs: sinceMs(startedMs) }
}

function sinceMs(startedMs: number): number {
  return Math.round(performance.now() - startedMs)
}
