import {
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
  validateSchema,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { catalogue } from '../../src/resource/catalog.ts'
import { startHttpPeer } from '../channel/http-peer.ts'
import { everythingOf, objectsIn } from './selection.ts'
import { ageEndpoint, makeWebhook, webhookMutations } from './webhook-calls.ts'
import { executeUnchecked, openWorld, type World } from './world.ts'

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
)

function fieldsOf(name: string): string[] {
  const type = schema.getType(name)
  if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`no fields: ${name}`)
  return Object.keys(type.getFields())
}

describe('the schema', () => {
  test('is valid', () => {
    expect(validateSchema(schema)).toEqual([])
  })

  test('describes every type, field, argument and value', () => {
    const undescribed = types.flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...partsOf(type)
        .filter(([, description]) => !description)
        .map(([name]) => name),
    ])
    expect(undescribed).toEqual([])
  })

  test('has the names of the design', () => {
    expect(fieldsOf('Subscription')).toEqual(['events', 'resource', 'resources'])
    expect(fieldsOf('Mutation')).toContain('createStreamTicket')
    expect(fieldsOf('StreamTicket')).toEqual(['ticket', 'expiresAt'])
    expect(fieldsOf('Query')).toEqual(
      expect.arrayContaining(
        'node head resource resources events eventTypes viewer webhook webhooks previewWebhook'.split(' '),
      ),
    )
    expect(fieldsOf('Mutation')).toEqual(
      expect.arrayContaining(
        'createWebhook updateWebhook deleteWebhook enableEndpoint disableEndpoint rotateSecret testWebhook replayWebhook resendEvent confirmEndpoint'.split(
          ' ',
        ),
      ),
    )
    expect(fieldsOf('CreateWebhookPayload')).toEqual(['webhook', 'secrets', 'warnings'])
    expect(fieldsOf('Endpoint')).toEqual(
      expect.arrayContaining('id uri channel state lag failures failingSince gaps attempts'.split(' ')),
    )
    expect(fieldsOf('Event')).toEqual(
      'id eventId source cursor type category time receivedAt resource related owner actor zone severity status outcome description transition data'.split(
        ' ',
      ),
    )
    expect(fieldsOf('Resource')).toEqual(
      'id uid kind name state owner zone version updatedAt deletedAt lastTransition history attributes'.split(
        ' ',
      ),
    )
    expect(fieldsOf('ResourceTransition')).toEqual(
      expect.arrayContaining(['from', 'to', 'trigger', 'at', 'event']),
    )
    expect(fieldsOf('ResourceChange')).toEqual(['type', 'resource', 'event', 'cursor'])
    expect(fieldsOf('StateEvent')).toContain('transition')
    expect(fieldsOf('JobEvent')).toEqual(expect.arrayContaining(['jobId', 'command']))
  })

  test.each(catalogue.map((kind) => [kind.kind, kind] as const))(
    'has a type and a pair of queries for %s',
    (name, { plural, fields, relations, otherStates }) => {
      const known = [...fields, ...relations, ...otherStates].map((field) => field.name)
      expect(fieldsOf(name)).toEqual(expect.arrayContaining(known))
      const one = name.charAt(0).toLowerCase() + name.slice(1)
      const { [one]: single, [plural]: list } = schema.getQueryType()?.getFields() ?? {}
      expect(String(single?.type)).toBe(name)
      expect(String(list?.type)).toBe(`${name}Connection!`)
    },
  )

  test('gives every inverse of a relation a field on the other kind', () => {
    for (const { kind, relations } of catalogue) {
      for (const { kind: other, inverse } of relations) {
        if (!inverse) continue
        const type = schema.getType(other)
        const field = isObjectType(type) ? type.getFields()[inverse.name] : undefined
        expect(String(field?.type), `${other}.${inverse.name}`).toBe(`${kind}Connection!`)
      }
    }
  })

  test('gives each mutation of webhooks one argument, its input', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
    const ofWebhooks = fields.filter(({ name }) => name !== 'createStreamTicket')
    for (const { name, args } of ofWebhooks) {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
      expect(args.map((arg) => [arg.name, String(arg.type)])).toEqual([['input', type]])
    }
  })

  test('prints the same each time', () => {
    expect(printSchema(schema)).toBe(printSchema(schema))
  })
})

describe('on a populated store', () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld(true)
  })
  afterAll(() => world.opened.stop())

  test('every field of every type resolves, and holds a value somewhere', async () => {
    const held = new Set<string>()
    const peer = await startHttpPeer()
    const made = await makeWebhook(world.admin, peer.uri)
    await makeWebhook(world.tenant, peer.uri)
    for (const { id } of made.webhook.endpoints) await ageEndpoint(world, id)
    const mutations = await webhookMutations(world, made, peer.uri)
    for (const query of [...everyQuery(), ...everyMutation(), ...mutations]) {
      const { data, errors } = await executeUnchecked(world.admin, query)
      expect(errors?.[0]).toBeUndefined()
      for (const { __typename: name, ...fields } of objectsIn(data)) {
        for (const [alias, value] of Object.entries(fields)) {
          if (value !== null) held.add(`${ownerOf(name, alias.slice(name.length + 1))}`)
        }
      }
    }
    await peer.stop()
    const never = types.filter(isObjectType).flatMap(({ name }) => {
      if (elsewhere.includes(name)) return []
      return fieldsOf(name)
        .map((field) => ownerOf(name, field))
        .filter((field) => !held.has(field))
    })
    expect([...new Set(never)]).toEqual([])
  })
})

/** What no query leads to, or only a channel that asks first: its own tests have it. */
const elsewhere = ['Query', 'Mutation', 'Subscription', 'ResourceChange', 'ConfirmEndpointPayload']

/** The field by the interface it comes from, if it does: `Event.zone` for every type of event. */
function ownerOf(name: string, field: string): string {
  const type = schema.getType(name)
  const from = isObjectType(type)
    ? type.getInterfaces().findLast((one) => field in one.getFields())
    : undefined
  return `${from?.name ?? name}.${field}`
}

/** Every query field that needs no id, with all it leads to. */
function everyQuery(): string[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter(({ args }) => args.every(({ type }) => !String(type).endsWith('!')))
    .map((field) => {
      const type = getNamedType(field.type)
      const isOfResources = field.args.some((arg) => String(arg.type) === 'ResourceFilter')
      const page = isOfResources ? '(first: 500, filter: { includeDeleted: true })' : '(first: 500)'
      const args = field.args.some(({ name }) => name === 'first') ? page : ''
      const depth = field.name === 'resources' ? 1 : 2
      return `{ ${field.name}${args} ${everythingOf(type, depth)} }`
    })
}

/** Every mutation that needs no input, with all it leads to. */
function everyMutation(): string[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {})
    .filter(({ args }) => args.every(({ type }) => !String(type).endsWith('!')))
    .map(({ name, type }) => `mutation { ${name} ${everythingOf(getNamedType(type), 1)} }`)
}

function partsOf(type: GraphQLNamedType): [name: string, description: string | null | undefined][] {
  if (isEnumType(type))
    return type.getValues().map((value) => [`${type.name}.${value.name}`, value.description])
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.description])
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.description] as [string, string | null | undefined],
    ...field.args.map((arg): [string, string | null | undefined] => [
      `${type.name}.${field.name}(${arg.name})`,
      arg.description,
    ]),
  ])
}
