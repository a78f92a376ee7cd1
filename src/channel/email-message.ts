// What a mail says: each event with its time, as text and as HTML; beyond so many, how many more there are.

import { createHash } from 'node:crypto'
import { type Event, resourceId } from '../event/event.ts'
import type { Notification } from './channel.ts'
import { clean, nameOf, whatOf } from './event-words.ts'

export type Email = {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

/** Events that a mail tells of one by one. */
export const listedEvents = 50

const longestSubject = 150
const longestDescription = 500

/** @param unsubscribeUrl null where nobody could reach it */
export function writeEmail(notifications: readonly Notification[], unsubscribeUrl: string | null): Email {
  const events = notifications.map(({ event }) => event)
  const listed = events.slice(0, listedEvents)
  const rest = events.length - listed.length
  const more = rest > 0 ? [`and ${rest} more`] : []
  const end = unsubscribeUrl === null ? [] : [`No more of these: ${unsubscribeUrl}`]
  const link =
    unsubscribeUrl === null ? '' : `<p><a href="${escapeHtml(unsubscribeUrl)}">No more of these</a></p>`
  return {
    subject: subjectOf(events),
    text: [...listed.map(paragraphOf), ...more, ...end].join('\n\n'),
    html: page(`${listed.map(rowOf).join('')}${more.map((line) => `<p>${line}</p>`).join('')}${link}`),
    headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribeHeaders(unsubscribeUrl) },
  }
}

/** A mail that asks the holder of an address to confirm it. @param url of a page with a button */
export function writeChallenge(url: string): Email {
  const lines = [
    'Somebody asked for notifications about events of a cloud to be sent to this address.',
    `If that is right, open this page and confirm it: ${url}`,
    'If it is not, do nothing: no further mail will come.',
  ]
  const [first = '', , last = ''] = lines.map(escapeHtml)
  return {
    subject: 'Confirm notifications to this address',
    text: lines.join('\n\n'),
    html: page(`<p>${first}</p><p><a href="${escapeHtml(url)}">Confirm notifications</a></p><p>${last}</p>`),
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** The same for a mail that is sent again, another for one that tells of more. @param from whose domain it is of */
export function messageIdOf(notifications: readonly Notification[], from: string): string {
  const hash = createHash('sha256')
  for (const { id } of notifications) hash.update(`${id}\n`)
  return `<${hash.digest('base64url')}@${from.slice(from.lastIndexOf('@') + 1)}>`
}

/** RFC 8058: one click in the mail program, which is one POST. */
function unsubscribeHeaders(url: string | null): Readonly<Record<string, string>> {
  if (url === null) return {}
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

function subjectOf(events: readonly Event[]): string {
  const latest = events.at(-1)
  const said = latest === undefined ? '' : headlineOf(latest)
  const subject = events.length === 1 ? said : `${events.length} events, latest: ${said}`
  return subject.length <= longestSubject
    ? subject
    : `${subject.slice(0, longestSubject - 1).toWellFormed()}…`
}

/** `vm-web-1: Running → Stopped`. */
function headlineOf(event: Event): string {
  const name = nameOf(event)
  return `${name === '' ? '' : `${name}: `}${whatOf(event)}`.replace('->', '→')
}

/** What stands below the headline. */
function factsOf(event: Event): string[] {
  const { type, resource, outcome, status, owner, zone, description } = event
  const facts = [
    ['Event', type],
    ['Resource', resource && resourceId(resource)],
    ['Outcome', outcome?.toLowerCase() ?? status],
    ['Account', owner],
    ['Zone', zone],
    ['Description', description?.slice(0, longestDescription)],
  ] as const
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${clean(value)}`] : []))
}

function timeOf({ time }: Event): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`
}

function paragraphOf(event: Event): string {
  return [`${timeOf(event)}  ${headlineOf(event)}`, ...factsOf(event).map((fact) => `    ${fact}`)].join('\n')
}

function rowOf(event: Event): string {
  const facts = factsOf(event).map(escapeHtml).join('<br>')
  return `<p><b>${escapeHtml(headlineOf(event))}</b><br>${timeOf(event)}<br><small>${facts}</small></p>`
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body>${body}</body></html>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
