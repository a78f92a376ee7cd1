import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { HeliographError } from '../../../src/errors.ts'
import { createGroupCommit } from '../../../src/store/sqlite/group-commit.ts'

function openGroup() {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE numbers (n INTEGER UNIQUE) STRICT')
  const group = createGroupCommit(database)
  let undone = 0
  group.onUndone(() => {
    undone += 1
  })
  return {
    group,
    undone: () => undone,
    add: (n: number) =>
      group.add(() => Number(database.prepare('INSERT INTO numbers VALUES (?)').run(n).changes)),
    numbers: () =>
      database
        .prepare('SELECT n FROM numbers ORDER BY n')
        .all()
        .map(({ n }) => Number(n)),
    isOpen: () => database.isTransaction,
  }
}

it('what is added in one turn is answered after one commit, in its order', async () => {
  const { group, add, numbers, isOpen } = openGroup()
  const order: number[] = []
  const work = [1, 2, 3].map((n) =>
    group.add(() => {
      expect(isOpen()).toBe(true)
      order.push(n)
      return n
    }),
  )
  const added = add(4)
  expect(group.isBusy()).toBe(true)
  expect(numbers()).toEqual([])
  expect(await Promise.all([...work, added])).toEqual([1, 2, 3, 1])
  expect(order).toEqual([1, 2, 3])
  expect(numbers()).toEqual([4])
  expect(group.isBusy()).toBe(false)
})

it('a refusal is told to whom it concerns, and the others are kept', async () => {
  const { group, add, numbers, undone } = openGroup()
  const refused = group.add(() => {
    throw new HeliographError('CONFLICT', 'no')
  })
  const results = await Promise.allSettled([add(1), refused, add(2)])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(results[1]).toMatchObject({ reason: { code: 'CONFLICT' } })
  expect(numbers()).toEqual([1, 2])
  expect(undone()).toBe(0)
})

it('a failure undoes the whole commit, tells who remembers, and the next one is kept', async () => {
  const { add, numbers, undone } = openGroup()
  const results = await Promise.allSettled([add(1), add(2), add(1)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(numbers()).toEqual([])
  expect(undone()).toBe(1)
  expect(await add(1)).toBe(1)
  expect(numbers()).toEqual([1])
})
