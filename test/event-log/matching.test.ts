import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cursor } from '../../src/event/position.ts'
import { cursorOf, type Entry } from '../../src/event-log/entry.ts'
import {
  examinedPerPage,
  type MatchedPage,
  type Matches,
  readMatching,
} from '../../src/event-log/matching.ts'
import { drafts } from '../store/conformance/drafts.ts'
import { type Opened, sqliteEngine } from '../support/store.ts'

let opened: Opened
const length = 60

beforeAll(async () => {
  opened = await sqliteEngine.open()
  await opened.store.log.append(drafts(0, length - 1))
})
afterAll(() => opened.stop())

const numberOf = ({ event }: Entry) => Number(event.eventId.slice('event-'.length))
const everything: Matches = () => true

const idsOf = ({ entries }: Pick<MatchedPage, 'entries'>) => entries.map(numberOf)

const forward = (matches: Matches, first: number, after: Cursor | null = null) =>
  readMatching(opened.store.log, matches, { kind: 'FORWARD', first, after })
const backward = (matches: Matches, last: number, before: Cursor | null = null) =>
  readMatching(opened.store.log, matches, { kind: 'BACKWARD', last, before })

/** Any choice of the entries, and any length of a page. */
const choices = fc.record({
  chosen: fc.array(fc.boolean(), { minLength: length, maxLength: length }),
  size: fc.integer({ min: 1, max: length + 1 }),
})

function matchesOf(chosen: readonly boolean[]): Matches {
  return (entry) => chosen[numberOf(entry)] === true
}

function idsChosen(chosen: readonly boolean[]): number[] {
  return chosen.flatMap((is, n) => (is ? [n] : []))
}

describe('pages of what matches', () => {
  test('forwards hold every match once, in order, and say truly whether more follows', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async ({ chosen, size }) => {
        const all: number[] = []
        let after: Cursor | null = null
        for (let hasNext = true; hasNext; ) {
          const page: MatchedPage = await forward(matchesOf(chosen), size, after)
          expect(page.entries.length).toBeLessThanOrEqual(size)
          expect(await page.hasPrevious()).toBe(all.length > 0)
          all.push(...idsOf(page))
          hasNext = await page.hasNext()
          expect(hasNext).toBe(all.length < idsChosen(chosen).length)
          after = page.end
        }
        expect(all).toEqual(idsChosen(chosen))
      }),
      { numRuns: 60 },
    )
  })

  test('backwards hold every match once, oldest first in each, and say truly whether more comes before', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async ({ chosen, size }) => {
        const all: number[] = []
        let before: Cursor | null = null
        for (let hasPrevious = true; hasPrevious; ) {
          const page: MatchedPage = await backward(matchesOf(chosen), size, before)
          expect(page.entries.length).toBeLessThanOrEqual(size)
          expect(await page.hasNext()).toBe(all.length > 0)
          all.unshift(...idsOf(page))
          hasPrevious = await page.hasPrevious()
          expect(hasPrevious).toBe(all.length < idsChosen(chosen).length)
          before = page.start
        }
        expect(all).toEqual(idsChosen(chosen))
      }),
      { numRuns: 60 },
    )
  })

  test('turned round at its start or end, a page leads back to where it came from', async () => {
    const odd: Matches = (entry) => numberOf(entry) % 2 === 1
    const page = await forward(odd, 5, (await forward(odd, 10)).end)
    expect(idsOf(await backward(odd, 10, page.start)).at(-1)).toBe(19)
    expect(idsOf(await forward(odd, 1, page.end))).toEqual([31])
  })

  test('an empty page stands where it was asked for', async () => {
    const head = await opened.store.log.head()
    expect(await forward(everything, 1, head)).toMatchObject({ entries: [], start: head, end: head })
    const none = await forward(() => false, 1)
    expect(none).toMatchObject({ entries: [], end: head })
    expect(await none.hasNext()).toBe(false)
  })

  test('a cursor that cannot be continued is refused both ways', async () => {
    const gone = { ...(await opened.store.log.head()), mark: 1 }
    await expect(forward(everything, 1, gone)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    await expect(backward(everything, 1, gone)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  })
})

describe('of a long log', () => {
  const beyond = 20
  let long: Opened

  beforeAll(async () => {
    long = await sqliteEngine.open()
    for (let from = 0; from < examinedPerPage + beyond; from += 5_000) {
      await long.store.log.append(drafts(from, Math.min(from + 5_000, examinedPerPage + beyond) - 1))
    }
  })
  afterAll(() => long.stop())

  const ends: Matches = (entry) => [0, examinedPerPage + beyond - 1].includes(numberOf(entry))

  test('a page examines 50,000 entries, then says where it stopped and that there may be more', async () => {
    const page = await readMatching(long.store.log, ends, { kind: 'FORWARD', first: 2, after: null })
    expect(idsOf(page)).toEqual([0])
    expect(page.end?.offset).toBe(examinedPerPage)
    expect(await page.hasNext()).toBe(true)
    const rest = await readMatching(long.store.log, ends, { kind: 'FORWARD', first: 2, after: page.end })
    expect(idsOf(rest)).toEqual([examinedPerPage + beyond - 1])
    expect(await rest.hasNext()).toBe(false)
  })

  test('and the same backwards', async () => {
    const page = await readMatching(long.store.log, ends, { kind: 'BACKWARD', last: 2, before: null })
    expect(idsOf(page)).toEqual([examinedPerPage + beyond - 1])
    expect(page.start?.offset).toBe(beyond + 1)
    expect(await page.hasPrevious()).toBe(true)
    const rest = await readMatching(long.store.log, ends, { kind: 'BACKWARD', last: 2, before: page.start })
    expect(idsOf(rest)).toEqual([0])
    expect(await rest.hasPrevious()).toBe(false)
  })

  test('what retention takes while a page is read is left out, and is no error', async () => {
    const [middle] = await long.store.log.at([30_000])
    if (!middle) throw new Error('the log holds too little')
    const store = await long.reopen({ maxEntries: 1_000 })
    let trimming: Promise<unknown> | null = null
    const whileTrimming: Matches = () => {
      trimming ??= store.trim()
      return false
    }
    const page = await readMatching(store.log, whileTrimming, { kind: 'BACKWARD', last: 1, before: null })
    await trimming
    expect(page.entries).toEqual([])
    const first = await readMatching(store.log, everything, { kind: 'FORWARD', first: 1, after: null })
    expect(idsOf(first)).toEqual([examinedPerPage + beyond - 1_000])
    const from = readMatching(store.log, everything, { kind: 'FORWARD', first: 1, after: cursorOf(middle) })
    await expect(from).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  })
})
