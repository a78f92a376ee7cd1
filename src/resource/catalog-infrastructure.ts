// The catalogue of what the cloud stands on: hosts, clusters and zones.

import { type CatalogueKind, created, flag, id, int, long, one, text, time } from './catalog-kind.ts'

const allocation = ['Enabled', 'Disabled']

const host: CatalogueKind = {
  kind: 'Host',
  plural: 'hosts',
  description: 'A machine that runs instances, or another machine the management server is connected to.',
  fields: [
    text(
      'type',
      'Routing for a hypervisor, else what it serves: ConsoleProxy, SecondaryStorageVM and others.',
    ),
    text('ipaddress', 'Its address in the management network.'),
    id('podid', 'Id of the pod it stands in.'),
    id('clusterid', 'Id of the cluster it belongs to.'),
    text('hypervisor', 'Its hypervisor: KVM, VMware, XenServer and others.'),
    int('cpunumber', 'Number of CPU cores.'),
    long('memorytotal', 'Memory in bytes.'),
    long('memoryallocatedbytes', 'Memory promised to instances, in bytes.'),
    text('cpuallocated', 'CPU promised to instances, in percent: 12.5%.'),
    { ...text('softwareversion', 'Version of its agent.'), reportedAs: 'version' },
    time('disconnected', 'When its agent was last lost.'),
    time('lastpinged', 'When its agent last answered.'),
    created,
    time('removed', 'When it was taken out.'),
  ],
  relations: [
    one('cluster', {
      kind: 'Cluster',
      by: 'clusterid',
      description: 'The cluster it belongs to.',
      back: ['hosts', 'The hosts of this cluster.'],
    }),
  ],
  states: {
    state: [
      'Creating',
      'Connecting',
      'Up',
      'Down',
      'Disconnected',
      'Alert',
      'Removed',
      'Error',
      'Rebalancing',
      'Unknown',
    ],
    resourcestate: [
      'Creating',
      'Enabled',
      'Disabled',
      'ErrorInPrepareForMaintenance',
      'PrepareForMaintenance',
      'ErrorInMaintenance',
      'Maintenance',
      'Error',
      'Degraded',
    ],
    hastate: [
      'Disabled',
      'Available',
      'Ineligible',
      'Suspect',
      'Degraded',
      'Checking',
      'Recovering',
      'Recovered',
      'Fencing',
      'Fenced',
    ],
    powerstate: ['On', 'Off', 'Unknown', 'Disabled'],
  },
  otherStates: [
    {
      name: 'resourcestate',
      description: 'What the administrators want of it: Enabled, Maintenance and others.',
    },
    {
      name: 'hastate',
      description: 'How its high availability judges it: Available, Suspect, Fenced and others.',
    },
    {
      name: 'powerstate',
      description: 'Its power as told by out-of-band management: On, Off, Unknown or Disabled.',
    },
  ],
  publishesState: false,
}

const cluster: CatalogueKind = {
  kind: 'Cluster',
  plural: 'clusters',
  description: 'A group of hosts of one hypervisor that share storage.',
  fields: [
    id('podid', 'Id of the pod it stands in.'),
    text('hypervisortype', 'The hypervisor of its hosts.'),
    text('clustertype', 'CloudManaged or ExternalManaged.'),
    text('cpuovercommitratio', 'How often a CPU may be promised.'),
    text('memoryovercommitratio', 'How often memory may be promised.'),
  ],
  relations: [],
  states: {
    allocationstate: allocation,
    managedstate: ['Managed', 'PrepareUnmanaged', 'Unmanaged', 'PrepareUnmanagedError'],
  },
  otherStates: [
    {
      name: 'allocationstate',
      description: 'Whether new instances may be placed in it: Enabled or Disabled.',
    },
    { name: 'managedstate', description: 'Whether the management server manages its hosts.' },
  ],
  publishesState: false,
}

const zone: CatalogueKind = {
  kind: 'Zone',
  plural: 'zones',
  description: 'A data centre of the cloud.',
  fields: [
    text('networktype', 'Basic or Advanced.'),
    text('dns1', 'Its first name server.'),
    flag('localstorageenabled', 'Whether instances may use the disks of their hosts.'),
    flag('securitygroupsenabled', 'Whether security groups can be used.'),
    text('dhcpprovider', 'Who gives addresses to instances.'),
  ],
  relations: [],
  states: { allocationstate: allocation },
  otherStates: [
    {
      name: 'allocationstate',
      description: 'Whether new instances may be placed in it: Enabled or Disabled.',
    },
  ],
  publishesState: false,
}

export const infrastructureKinds: readonly CatalogueKind[] = [host, cluster, zone]
