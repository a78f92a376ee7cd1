// A CloudStack message before its meaning: category, routing key, and the reading of single keys of the
// body with an error that names the key.
//
// RabbitMQ gives a routing key, `management-server.ActionEvent.VM-START.VirtualMachine.3b1c…`: dots inside
// a word are dashes, an empty word is `*`. Kafka gives the body alone, and its keys tell the category.

import type { Category, Json, ResourceRef, Timestamp } from './event.ts'
import { badInput, nameOfType } from './input.ts'
import { parseBusTime } from './time.ts'

export type Body = { readonly [key: string]: Json }

/** One message as any door hands it over: the routing key where the door has one, and the JSON body. */
export type CloudStackMessage = { readonly routingKey: string | null; readonly body: Body }

export type CloudStackCategory = Exclude<Category, 'OTHER'>

/** The words of a routing key that are used, with `*` read as null and the type's dots restored. */
export type RoutingKey = {
  readonly category: CloudStackCategory
  readonly type: string | null
  readonly kindName: string | null
  readonly uid: string | null
}

const categoryWords = new Map<string, CloudStackCategory>([
  ['ActionEvent', 'ACTION'],
  ['AlertEvent', 'ALERT'],
  ['UsageEvent', 'USAGE'],
  ['ResourceStateEvent', 'STATE'],
  ['AsyncJobEvent', 'JOB'],
])

/** @throws HeliographError BAD_INPUT naming `routingKey` unless it has five words and a known category. */
export function parseRoutingKey(text: string): RoutingKey {
  const words = text.split('.')
  const [, categoryWord = '', type = '', kindName = '', uid = ''] = words
  if (words.length !== 5 || words.includes('')) {
    throw badInput(
      'routingKey',
      'must have five words joined by dots, such as management-server.ActionEvent.VM-START.VirtualMachine.<uuid>',
    )
  }
  const category = categoryWords.get(categoryWord)
  if (!category) {
    const known = [...categoryWords.keys()].join(', ')
    throw badInput('routingKey', `must have one of ${known} as its second word, not ${categoryWord}`)
  }
  return {
    category,
    // No type has a dash of its own, and no class; a uid has.
    type: wordOf(category === 'STATE' ? type : type.replaceAll('-', '.')),
    kindName: wordOf(category === 'USAGE' ? kindName.replaceAll('-', '.') : kindName),
    uid: wordOf(uid),
  }
}

function wordOf(word: string): string | null {
  return word === '*' ? null : word
}

/** The category as the keys of a body tell it, for doors without a routing key. */
export function guessCategory(body: Body): CloudStackCategory {
  if ('jobId' in body) return 'JOB'
  if ('old-state' in body || 'new-state' in body) return 'STATE'
  if ('subject' in body && 'body' in body) return 'ALERT'
  if ('resource' in body && 'id' in body) return 'USAGE'
  if ('status' in body) return 'ACTION'
  // Null entries are left out of bodies, so one of a pair may be missing.
  if ('subject' in body || 'body' in body || 'dataCenterId' in body) return 'ALERT'
  if ('resource' in body || 'id' in body) return 'USAGE'
  return typeof body.event === 'string' && body.event.startsWith('ALERT.') ? 'ALERT' : 'ACTION'
}

/** The text under a key. @throws HeliographError BAD_INPUT naming `body.<key>` where there is none. */
export function requireText(body: Body, key: string, example: string): string {
  const value = textOf(body, key)
  if (value === null) throw badInput(`body.${key}`, `is missing: it must be a text such as ${example}`)
  return value
}

/** The text under a key, null where it is absent or empty. @throws HeliographError BAD_INPUT if it is no text. */
export function textOf(body: Body, key: string): string | null {
  const value = body[key] ?? null
  if (value === null || value === '') return null
  if (typeof value !== 'string') throw badInput(`body.${key}`, `must be a text, not ${nameOfType(value)}`)
  return value
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Tells ids of the cloud from the internal row numbers that come in the same places. */
export function isUuid(value: Json | undefined): value is string {
  return typeof value === 'string' && uuid.test(value)
}

/** A ref, or null where the kind or the uid is not told. */
export function refOf(kind: string | null, uid: string | null): ResourceRef | null {
  return kind === null || uid === null ? null : { kind, uid }
}

let lastRead: { text: string; time: Timestamp } | null = null

/**
 * The body's time in UTC with milliseconds; null where it has none.
 * @throws HeliographError BAD_INPUT naming `body.eventDateTime` for any other form of time.
 */
export function timeOf(body: Body): Timestamp | null {
  const text = textOf(body, 'eventDateTime')
  if (text === null) return null
  // Messages come in runs of one second.
  if (lastRead?.text === text) return lastRead.time
  const time = parseBusTime(text)
  if (time === null) {
    throw badInput('body.eventDateTime', `is "${text}": it must be a time such as 2026-05-14 09:31:07 +0000`)
  }
  lastRead = { text, time }
  return time
}
