// Which URIs may be endpoints of the SMS channel: RFC 5724, but one number, and that in international form.

import { badInput } from '../event/input.ts'

const example = 'such as sms:+4915123456789'

/**
 * The digits of the number, without its `+`.
 * @throws HeliographError BAD_INPUT naming `field`
 */
export function parseSmsUri(uri: string, field: string): string {
  if (!/^sms:/i.test(uri)) throw badInput(field, `must be a URI ${example}`)
  const written = uri.slice('sms:'.length)
  if (/[?#]/.test(written)) throw badInput(field, `must end after the number, without a part after ? or #`)
  if (written.includes(',')) throw badInput(field, 'must name one number: another one is another endpoint')
  if (written.includes(';')) throw badInput(field, `must be a number without parameters, ${example}`)
  if (!written.startsWith('+')) {
    throw badInput(field, `must have its number in international form, with + and the country: ${example}`)
  }
  // RFC 3966: what may stand between digits for the eye, and means nothing.
  const digits = written.slice(1).replace(/[-.()]/g, '')
  // E.164: no country begins with 0, and a number has at most 15 digits.
  if (!/^[1-9]\d{6,14}$/.test(digits)) {
    throw badInput(field, `must be + and 7 to 15 digits, of which - . ( ) may stand between, ${example}`)
  }
  return digits
}
