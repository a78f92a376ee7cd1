import { expect, it } from 'vitest'
import { decodeCloudEvent } from '../../../src/event/cloudevents.ts'
import { decodeCloudStack } from '../../../src/event/cloudstack.ts'
import type { Decoded } from '../../../src/event/draft.ts'
import { formatDrafts, parseDrafts } from '../../../src/store/sqlite/draft-text.ts'
import { readSamples } from '../../support/samples.ts'

const arrivedAt = '2026-05-15T12:00:00.000Z'
const full = {
  specversion: '1.0',
  id: '1',
  source: '/a',
  type: 'VM.START',
  subject: 'VirtualMachine/1',
  time: '2026-05-14T09:31:07.000Z',
  account: 'ann',
  zone: 'z',
  severity: 'warn',
  outcome: 'success',
  other: 5,
  data: {
    state: 'Running',
    previousState: 'Starting',
    name: 'é "quoted"',
    attributes: { memory: 512, hostid: null },
    related: ['Host/1'],
    description: 'd',
  },
}

it('drafts come out as they went in, whatever they were made from', () => {
  const decoded = [
    ...readSamples().map((message) => decodeCloudStack(message, arrivedAt)),
    decodeCloudEvent(full, arrivedAt),
    decodeCloudEvent({ specversion: '1.0', id: '2', source: '/a', type: 'b' }, arrivedAt),
  ]
  const drafts = decoded.flatMap((item: Decoded) => (item.kind === 'DRAFT' ? [item.draft] : []))
  expect(drafts.length).toBeGreaterThan(100)
  expect(parseDrafts(formatDrafts(drafts))).toEqual(drafts)
})
