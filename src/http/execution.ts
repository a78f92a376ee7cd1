// What the transports share: preparing an operation, the context it runs in, running a query or mutation,
// and showing errors. A subscription is run by the hub.

import { execute, type FormattedExecutionResult, type GraphQLError } from 'graphql'
import type { Credential } from '../auth/credential.ts'
import { visibilityOf } from '../auth/principal.ts'
import type { Tickets } from '../auth/tickets.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Context } from '../graphql/context.ts'
import { toGraphQLErrors } from '../graphql/errors.ts'
import { type OperationRequest, type Prepared, prepareOperation } from '../graphql/operation.ts'
import { schema } from '../graphql/schema.ts'
import type { Logger } from '../observe/logger.ts'
import type { Resources } from '../resource/resources.ts'
import type { Settings } from '../settings.ts'
import type { Registry } from '../webhook/registry.ts'

export type ExecutionParts = {
  readonly settings: Settings
  readonly log: EventLog
  readonly resources: Resources
  readonly webhooks: Registry
  readonly tickets: Pick<Tickets, 'create'>
  readonly logger: Logger
}

export type Execution = {
  /** @throws RefusedOperation with every error of syntax, validation, limits and variables */
  prepare(request: OperationRequest): Prepared
  contextOf(credential: Credential): Context
  /** The result of a query or mutation, its errors masked. */
  run(prepared: Prepared, context: Context): Promise<FormattedExecutionResult>
  /** All errors a thrown value stands for, as a client may see them; faults are logged. */
  show(error: unknown): readonly GraphQLError[]
}

/** Executes operations against the log and the state. */
export function createExecution(parts: ExecutionParts): Execution {
  const { settings, log, resources, webhooks, tickets, logger } = parts
  const reportFault = (error: unknown) => logger.error({ err: error }, 'an operation failed')
  const show = (error: unknown) => toGraphQLErrors(error, reportFault)
  /** One for all operations of a credential, as an audience keeps that of its first: 200 bytes of each. */
  const contexts = new WeakMap<Credential, Context>()
  const createContext = (credential: Credential): Context => ({
    log,
    resources,
    webhooks,
    principal: credential.principal,
    visibility: visibilityOf(credential.principal),
    createTicket: () => tickets.create(credential),
    reportFault,
  })
  return {
    prepare: (request) => prepareOperation(request, settings),
    contextOf(credential) {
      const known = contexts.get(credential)
      if (known !== undefined) return known
      const context = createContext(credential)
      contexts.set(credential, context)
      return context
    },
    async run({ document, operationName, variables }, contextValue) {
      const { errors, ...result } = await execute({
        schema,
        document,
        operationName,
        variableValues: variables,
        contextValue,
      })
      if (errors === undefined) return result
      return { errors: errors.flatMap(show).map((error) => error.toJSON()), ...result }
    },
    show,
  }
}
