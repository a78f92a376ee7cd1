import { expect, test } from 'vitest'
import { createLogger, formatForPeople } from '../../src/observe/logger.ts'

function linesOf(level: string, log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = []
  log(createLogger(level, { write: (line) => lines.push(line) }))
  return lines
}

test('a log line is one JSON object with level, time in UTC, message and fields', () => {
  const [line = ''] = linesOf('info', (logger) => logger.warn({ offset: 4 }, 'slow'))
  const entry = JSON.parse(line)
  expect(entry).toMatchObject({ level: 40, offset: 4, msg: 'slow' })
  expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('what is milder than the level is not written', () => {
  expect(linesOf('warn', (logger) => logger.info('hello'))).toEqual([])
  expect(linesOf('silent', (logger) => logger.fatal('hello'))).toEqual([])
})

test('for people a line has the time, the level, the message and the fields', () => {
  const [line = ''] = linesOf('info', (logger) =>
    logger.info({ engine: 'sqlite', held: { from: 1 } }, 'opened'),
  )
  expect(formatForPeople(line)).toMatch(
    /^\d\d:\d\d:\d\d info {2}opened {2}engine=sqlite {2}held=\{"from":1\}\n$/,
  )
})

test('for people an error is shown with its stack', () => {
  const [line = ''] = linesOf('info', (logger) => logger.error({ err: new Error('broken pipe') }, 'failed'))
  expect(formatForPeople(line)).toMatch(/error failed\nError: broken pipe\n {4}at /)
})

test('no line holds a token, a ticket or a secret of a webhook, in whatever field', () => {
  const random = 'kZ8-_'.repeat(9).slice(0, 43)
  const error = Object.assign(new Error(`GET /graphql?ticket=st_${random}&query={head}`), {
    token: `hg_${random}`,
  })
  const lines = linesOf('trace', (logger) => {
    logger.info({ url: `/graphql?ticket=st_${random}` }, `shown: hg_${random}`)
    logger.info({ input: { secret: `whsec_${random}=` } }, 'a webhook')
    logger.child({ ticket: `st_${random}` }).error({ err: error }, 'failed')
  })
  expect(lines).toHaveLength(3)
  expect(lines.join('')).not.toContain(random)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ url: '/graphql?ticket=st_…', msg: 'shown: hg_…' })
})
