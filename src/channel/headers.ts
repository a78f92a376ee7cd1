// Custom headers of an endpoint: what they may be called and hold.

import { badInput } from '../event/input.ts'

const mostHeaders = 20
const mostBytes = 2_048

/** What the gateway, the connection or the signature needs for itself. */
const taken =
  /^(host|content-.*|webhook-.*|ce-.*|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|http2-settings|sec-.*)$/

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const visible = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/

/**
 * The headers with their names in lower case.
 * @throws HeliographError BAD_INPUT naming `<field>.<name>`; values are never shown
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  field: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(headers)
  if (entries.length > mostHeaders) throw badInput(field, `must have at most ${mostHeaders} headers`)
  const checked = new Map<string, string>()
  for (const [given, value] of entries) {
    const name = given.toLowerCase()
    const where = `${field}.${given}`
    if (!token.test(name))
      throw badInput(field, 'has a name that no header can have; use letters, digits and -')
    if (taken.test(name))
      throw badInput(where, 'cannot be set: the gateway sets it, or the connection needs it')
    if (checked.has(name)) throw badInput(where, 'is given twice')
    if (!visible.test(value)) throw badInput(where, 'must be visible ASCII, with spaces only inside')
    if (value.length > mostBytes) throw badInput(where, `must have at most ${mostBytes} characters`)
    checked.set(name, value)
  }
  return Object.fromEntries(checked)
}
