// The data of a CloudEvent: what of it speaks of the resource, and what is kept.

import type { ContextAttributes } from './cloudevents-attributes.ts'
import { type Json, parseResourceId, type ResourceRef, resourceId } from './event.ts'
import { badInput, isObject, nameOfType } from './input.ts'
import { maskCredentials, withoutSecrets } from './secrets.ts'

type Members = { readonly [name: string]: Json }

export type DataWords = {
  readonly state: string | null
  readonly previousState: string | null
  readonly name: string | null
  readonly attributes: { [name: string]: Json }
  readonly related: ResourceRef[]
  readonly description: string | null
  /** The data itself without secrets; null where the event has none. */
  readonly data: { [name: string]: Json } | null
}

/**
 * State, name and attributes are read only where the subject names a resource: without one they may mean
 * anything.
 * @throws HeliographError BAD_INPUT with the field, e.g. `data.related[0]`
 */
export function readData(event: Members, told: ContextAttributes): DataWords {
  const data = dataOf(event, told)
  const members: Members = data ?? {}
  const ofResource: Members = told.resource ? members : {}
  return {
    state: textOf(ofResource, 'state'),
    previousState: textOf(ofResource, 'previousState'),
    name: textOf(ofResource, 'name'),
    attributes: attributesOf(ofResource),
    related: relatedOf(members, told.resource),
    description: typeof members.description === 'string' ? maskCredentials(members.description) : null,
    data: data && withoutSecrets(data),
  }
}

function dataOf(event: Members, told: ContextAttributes): { [name: string]: Json } | null {
  const { data, data_base64: base64 } = event
  if (base64 === undefined || base64 === null) return data === undefined ? null : wrap(data)
  if (data !== undefined) throw badInput('data_base64', 'stands beside data: send one of the two')
  if (typeof base64 !== 'string' || !isBase64(base64)) throw badInput('data_base64', 'must be a base64 text')
  if (!isJsonType(told.datacontenttype)) return { base64 }
  try {
    return wrap(JSON.parse(Buffer.from(base64, 'base64').toString()))
  } catch (cause) {
    throw badInput('data_base64', 'is not the JSON that datacontenttype promises', cause)
  }
}

function wrap(data: Json): { [name: string]: Json } | null {
  if (data === null) return null
  return isObject(data) ? data : { value: data }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

/** `application/json`, `text/json` or anything that ends in `+json`, with or without parameters. */
export function isJsonType(contentType: string | null): boolean {
  if (contentType === null) return false
  const [type = ''] = contentType.split(';')
  return /[/+]json$/i.test(type.trim())
}

function textOf(data: Members, name: string): string | null {
  const value = data[name] ?? null
  if (value === null) return null
  if (typeof value === 'string' && value !== '') return value
  throw badInput(`data.${name}`, `must be a text, not ${value === '' ? 'an empty one' : nameOfType(value)}`)
}

function attributesOf(data: Members): { [name: string]: Json } {
  const attributes = data.attributes ?? null
  if (attributes === null) return {}
  if (!isObject(attributes)) {
    throw badInput('data.attributes', `must be an object, not ${nameOfType(attributes)}`)
  }
  return withoutSecrets(attributes)
}

function relatedOf(data: Members, resource: ResourceRef | null): ResourceRef[] {
  const list = data.related ?? []
  if (!Array.isArray(list)) throw badInput('data.related', `must be a list, not ${nameOfType(list)}`)
  const related = new Map<string, ResourceRef>()
  for (const [i, item] of list.entries()) {
    const ref = readRef(item)
    if (ref === null) throw badInput(`data.related[${i}]`, 'must be "<kind>/<uid>" or { "kind", "uid" }')
    related.set(resourceId(ref), ref)
  }
  if (resource) related.delete(resourceId(resource))
  return [...related.values()]
}

function readRef(item: Json): ResourceRef | null {
  if (typeof item === 'string') return parseResourceId(item)
  if (!isObject(item)) return null
  const { kind, uid } = item
  if (typeof kind !== 'string' || typeof uid !== 'string' || kind === '' || uid === '') return null
  return kind.includes('/') ? null : { kind, uid }
}
