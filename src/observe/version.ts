// The version of the package.

import { readFileSync } from 'node:fs'

/** Such as `1.2.3`. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
