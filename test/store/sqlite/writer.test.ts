// Appends that are handed over one behind the other: none is kept that was asked for before its caller knew
// that the one in front of it failed.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { formatDrafts } from '../../../src/store/sqlite/draft-text.ts'
import { databasePath } from '../../../src/store/sqlite/schema.ts'
import { openWriter } from '../../../src/store/sqlite/writer.ts'
import { roomyRetention } from '../../support/engine.ts'
import { drafts } from '../conformance/drafts.ts'

it('an append fails with the one before it, and the next after that was heard is kept', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-writer-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const announced: number[] = []
  const writer = openWriter(directory, roomyRetention, (rows) => {
    announced.push(...rows.map(([offset]) => offset))
  })
  const append = (number: number, heard: number) =>
    writer.append(formatDrafts(drafts(number, number)), Date.now(), { number, heard })
  const beside = new DatabaseSync(databasePath(directory))

  await append(1, 0)
  beside.exec('ALTER TABLE entries RENAME TO hidden')
  await expect(append(2, 1)).rejects.toThrow('no such table')
  beside.exec('ALTER TABLE hidden RENAME TO entries')
  beside.close()
  await expect(append(3, 1)).rejects.toThrow('no such table')
  expect(await append(4, 2)).toMatchObject([[0, 2, expect.any(Number)]])
  expect(announced).toEqual([1, 2])
  await writer.close()
})

it('appends that wait for their commit fail with the one that is committed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-writer-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const writer = openWriter(directory, roomyRetention, () => {})
  const beside = new DatabaseSync(databasePath(directory))
  beside.exec('ALTER TABLE entries RENAME TO hidden')
  // More than a commit takes.
  const first = writer.append(formatDrafts(drafts(1, 5_000)), Date.now(), { number: 1, heard: 0 })
  const second = writer.append(formatDrafts(drafts(5_001, 5_002)), Date.now(), { number: 2, heard: 0 })
  await expect(first).rejects.toThrow('no such table')
  beside.exec('ALTER TABLE hidden RENAME TO entries')
  beside.close()
  await expect(second).rejects.toThrow('no such table')
  await writer.close()
})
