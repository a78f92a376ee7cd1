export function messageIdOf(endpointId: string, event: { source: string; eventId: string }): string {
  return `${endpointId}${event.source}${event.eventId}`
}
