// What is used of the package smpp, which brings no types.

declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer, Socket } from 'node:net'

  export type Pdu = {
    readonly command: string
    readonly command_id: number
    readonly command_status: number
    sequence_number: number
    isResponse(): boolean
    /** @throws Error for a command that has no answer */
    response(fields?: Readonly<Record<string, unknown>>): Pdu
    readonly [field: string]: unknown
  }

  export type Session = EventEmitter & {
    readonly socket: Socket
    /** False where the socket takes nothing; else the PDU has its sequence number. */
    send(pdu: Pdu): boolean
    destroy(): void
  }

  export type Server = NetServer & { readonly sessions: readonly Session[] }

  type Smpp = {
    readonly PDU: new (command: string, fields?: Readonly<Record<string, unknown>>) => Pdu
    readonly Session: new (options: Readonly<Record<string, unknown>>) => Session
    createServer(options: Readonly<Record<string, unknown>>, listener: (session: Session) => void): Server
    readonly errors: Readonly<Record<string, number>>
    readonly encodings: Readonly<
      Record<'ASCII' | 'UCS2', { encode(text: string): Buffer; decode(bytes: Buffer): string }>
    >
  }

  const smpp: Smpp
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default smpp
}
