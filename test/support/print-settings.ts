// Writes the table of settings into the README, between its markers; `--check` only says whether it is
// current. Run as a program by `npm run codegen` and `npm run check`.

import { readFileSync, writeFileSync } from 'node:fs'
import { printSettingsTable } from '../../src/config.ts'

const readme = new URL('../../README.md', import.meta.url)
const between = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/

const text = readFileSync(readme, 'utf8')
if (!between.test(text))
  throw new Error('README.md has lost the markers <!-- settings --> and <!-- /settings -->')
const current = text.replace(
  between,
  (_, start: string, end: string) => `${start}${printSettingsTable()}\n${end}`,
)

if (!process.argv.includes('--check')) writeFileSync(readme, current)
else if (current !== text) {
  process.stderr.write('The settings in README.md are not those of src/settings.ts.\n')
  process.exitCode = 1
}
