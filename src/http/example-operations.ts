// What a new visitor of GraphiQL finds ready to run, a tab each.

/** Operations that are valid against the schema. */
export const exampleOperations: readonly string[] = [
  `# The newest events, newest last. Run it with Ctrl-Enter.
query NewestEvents {
  head
  events(last: 10) {
    edges {
      cursor
      node {
        type
        category
        time
        resource {
          kind
          uid
        }
        description
      }
    }
  }
}
`,
  `# Every event of virtual machines as it comes. Post one to /events and watch.
subscription LiveEvents {
  events(filter: { types: ["VM.*", "STATE.CHANGED"] }) {
    cursor
    type
    time
    resource {
      kind
      uid
      current {
        name
        state
      }
    }
    ... on StateEvent {
      transition {
        from
        to
        trigger
      }
    }
  }
}
`,
  `# The state of every virtual machine now, then SYNCED, then every change.
subscription VirtualMachines {
  resources(filter: { kinds: ["VirtualMachine"] }) {
    type
    cursor
    resource {
      uid
      name
      state
      updatedAt
    }
  }
}
`,
  `# What is stopped, and how it came to that.
query StoppedMachines {
  virtualMachines(filter: { states: ["Stopped"] }, first: 20) {
    edges {
      node {
        uid
        name
        owner
        lastTransition {
          from
          to
          at
          event {
            type
            description
          }
        }
      }
    }
  }
}
`,
]
