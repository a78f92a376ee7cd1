import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CloudStackMessage, decodeCloudStack } from '../../src/event/cloudstack.ts'
import { type Admitted, admit } from '../../src/event-log/admit.ts'
import { type Resource, resourceKey } from '../../src/resource/resource.ts'

const messages: CloudStackMessage[] = readFileSync(
  new URL('../samples/cloudstack.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const arrivedAt = '2026-05-16T00:00:00.000Z'
const owner = '9a1de644-815e-46d1-bb8f-aa1837f8a88b'

type Replayed = { entries: Admitted[]; resources: Map<string, Resource> }

/** What a store does, in memory: each event once, each folded into the state before it. */
function replay(all: readonly CloudStackMessage[], { at = arrivedAt, dedupe = true } = {}): Replayed {
  const replayed: Replayed = { entries: [], resources: new Map() }
  const seen = new Set<string>()
  for (const message of all) {
    const decoded = decodeCloudStack(message, at)
    if (decoded.kind === 'IGNORED' || (dedupe && seen.has(decoded.draft.event.eventId))) continue
    seen.add(decoded.draft.event.eventId)
    const { resource } = decoded.draft.event
    const current = resource && replayed.resources.get(resourceKey(resource))
    const admitted = admit(decoded.draft, current ?? null, at)
    replayed.entries.push(admitted)
    if (admitted.change) replayed.resources.set(resourceKey(admitted.change.ref), admitted.change.after)
  }
  return replayed
}

type Row = readonly [id: string, states: string, owner: string | null, isDeleted: boolean]

/** `VirtualMachine/ec1b8ca1`, its states, owner, and whether it is a tombstone. */
function rowsOf({ resources }: Replayed): Row[] {
  return [...resources.values()].map(({ kind, uid, states, owner, deletedAt }) => [
    `${kind}/${uid.slice(0, 8)}`,
    Object.keys(states)
      .sort()
      .map((field) => `${field}=${states[field]?.value}`)
      .join(' '),
    owner,
    deletedAt !== null,
  ])
}

const expected: Row[] = [
  ['VirtualMachine/ec1b8ca1', 'state=Expunging', owner, true],
  ['Network/43b7a3a6', 'state=Implemented', owner, false],
  ['Volume/3139d32c', 'state=Ready', owner, false],
  ['VirtualMachine/4b0dbb41', 'state=Error', owner, false],
  ['VirtualMachine/e2acf72f', 'state=Running', owner, false],
  ['Volume/a9488d99', 'state=Ready', owner, false],
  ['Volume/fc377a4c', 'state=Expunged', owner, true],
  ['Snapshot/ddd1dfb2', 'state=BackedUp', owner, false],
  ['Network/759cde66', 'state=Destroy', owner, true],
  ['IpAddress/29a3b2e9', 'state=Allocated', owner, false],
  ['Router/7412b293', 'state=Stopped', null, false],
  [
    'Host/972a8469',
    'hastate=Checking powerstate=Off resourcestate=PrepareForMaintenance state=Up',
    null,
    false,
  ],
  ['User/b74d0fb1', '', null, false],
  ['Account/9a1de644', '', null, false],
  ['KubernetesCluster/b02b61c4', '', null, false],
]

const once = replay(messages)

test('the samples end in the right state and owner of each resource', () => {
  expect(rowsOf(once)).toEqual(expected)
})

test('a resource has the attributes and links that the samples tell', () => {
  const web01 = once.resources.get('Instance/ec1b8ca1-f91e-4d4c-9ff4-9b7889463e85')
  expect(web01).toMatchObject({
    name: 'web-01',
    zone: 'bdd640fb-0667-4ad1-9c80-317fa3b1799d',
    deletedAt: '2026-05-15T10:11:28.000Z',
    attributes: {
      cpunumber: 2,
      memory: 4096,
      templateid: '5be6128e-18c2-4797-a142-ea7d17be3111',
      networkids: ['43b7a3a6-9a8d-4a03-980d-7b71d8f56413'],
      hostid: '17fc695a-07a0-4a6e-8822-e8f36c031199',
    },
  })
  const data = once.resources.get('Volume/a9488d99-0bbb-4599-91ce-5dd2b45ed1f0')
  expect(data?.attributes).toEqual({ virtualmachineid: 'e2acf72f-9e57-4f7a-a0ee-89aed453dd32' })
})

describe('in the log of the samples', () => {
  const transitions = once.entries.flatMap(({ event }) =>
    event.transition
      ? [`${event.resource?.uid} ${event.time} ${event.transition.from} ${event.transition.to}`]
      : [],
  )

  test('each real transition stands once', () => {
    const published = messages
      .map(({ body }) => body)
      .filter((body) => body['old-state'] !== undefined && body.status !== 'preStateTransitionEvent')
      .map((body) => `${body.id} ${body.eventDateTime} ${body['old-state']} ${body['new-state']}`)
    const byTable = ['NET.IPASSIGN', 'HA Suspect', 'HA Checking', 'power Off', 'MAINT.PREPARE']
    expect(new Set(transitions).size).toBe(transitions.length)
    expect(transitions).toHaveLength(new Set(published).size + byTable.length)
  })

  test('what has no state event moved once by the table', () => {
    const host = '972a8469-1641-4f82-8b9d-2434e465e150'
    expect(transitions.filter((line) => line.startsWith(host) || line.startsWith('29a3b2e9'))).toEqual([
      '29a3b2e9-5d65-4441-9588-42dea2bc372f 2026-05-15T10:23:09.000Z null Allocated',
      `${host} 2026-05-15T10:55:32.000Z Available Suspect`,
      `${host} 2026-05-15T10:55:42.000Z Suspect Checking`,
      `${host} 2026-05-15T10:56:12.000Z On Off`,
      `${host} 2026-05-15T10:58:31.000Z null PrepareForMaintenance`,
    ])
  })

  test('every event of an owned resource belongs to its owner, though others act on it', () => {
    const uid = 'ec1b8ca1-f91e-4d4c-9ff4-9b7889463e85'
    const owners = once.entries
      .filter(({ event }) => event.resource?.uid === uid)
      .map(({ event }) => event.owner)
    expect(new Set(owners)).toEqual(new Set([owner]))
    const actors = once.entries
      .filter(({ event }) => event.resource?.uid === uid)
      .map(({ event }) => event.actor?.account)
    expect(new Set(actors).size).toBeGreaterThan(3)
  })

  test('the router that was called a virtual machine becomes a router in one change', () => {
    const change = once.entries.find(({ event }) => event.type === 'ROUTER.REBOOT')?.change
    expect(change?.before?.kind).toBe('VirtualMachine')
    expect(change?.after).toMatchObject({
      kind: 'Router',
      owner: null,
      states: { state: { value: 'Stopped' } },
    })
  })

  test('the volume of an attached disk is related to its instance in what happens later', () => {
    const resized = once.entries.find(({ event }) => event.type === 'VOLUME.RESIZE')?.event
    expect(resized?.related).toContainEqual({
      kind: 'VirtualMachine',
      uid: 'e2acf72f-9e57-4f7a-a0ee-89aed453dd32',
    })
  })
})

describe('the samples end the same', () => {
  test('when the file is replayed twice', () => {
    const twice = replay([...messages, ...messages])
    expect(twice).toEqual(once)
  })

  test('when it is replayed after every event was forgotten', () => {
    expect(rowsOf(replay([...messages, ...messages], { dedupe: false }))).toEqual(expected)
  })

  test('with and without routing keys, under the same ids', () => {
    const bare = replay(messages.map(({ body }) => ({ routingKey: null, body })))
    expect(rowsOf(bare)).toEqual(expected)
    expect(bare.entries.map(({ event }) => event.eventId)).toEqual(
      once.entries.map(({ event }) => event.eventId),
    )
  })

  test('on a gateway whose clock is a year behind', () => {
    expect(rowsOf(replay(messages, { at: '2025-05-16T00:00:00.000Z' }))).toEqual(expected)
  })

  test('when neighbouring repeats are shuffled', () => {
    const bodies = messages.map(({ body }) => JSON.stringify(body))
    const isRepeat = (i: number) => bodies.indexOf(bodies[i] ?? '') < i
    fc.assert(
      fc.property(fc.array(fc.nat(messages.length - 2), { maxLength: 300 }), (places) => {
        const order = messages.map((_, i) => i)
        for (const place of places) {
          const [one = 0, other = 0] = order.slice(place, place + 2)
          const isSame = bodies[one] === bodies[other]
          if (!isSame && (isRepeat(one) || isRepeat(other))) order.splice(place, 2, other, one)
        }
        const shuffled = replay(order.flatMap((i) => messages[i] ?? []))
        expect(rowsOf(shuffled)).toEqual(expected)
        expect(shuffled.entries).toEqual(once.entries)
      }),
      { numRuns: 50 },
    )
  })
})
