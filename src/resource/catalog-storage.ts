// The catalogue of what stores: volumes, snapshots, templates and storage pools.

import { type CatalogueKind, created, flag, id, long, one, owned, text, time } from './catalog-kind.ts'

const volume: CatalogueKind = {
  kind: 'Volume',
  plural: 'volumes',
  description: 'A disk of an instance, or one that can be attached to an instance.',
  fields: [
    text('type', 'ROOT or DATADISK.'),
    long('size', 'Size in bytes.'),
    id('virtualmachineid', 'Id of the instance it is attached to.'),
    long('deviceid', 'Its place on that instance: 0 is the root disk.'),
    id('storageid', 'Id of the storage pool it lies on.'),
    text('storage', 'Name of the storage pool it lies on.'),
    id('diskofferingid', 'Id of its disk offering.'),
    ...owned,
    time('attached', 'When it was attached.'),
    created,
  ],
  relations: [
    one('virtualMachine', {
      kind: 'VirtualMachine',
      by: 'virtualmachineid',
      description: 'The instance it is attached to.',
      back: ['volumes', 'The volumes attached to this instance.'],
    }),
    one('storagePool', {
      kind: 'StoragePool',
      by: 'storageid',
      description: 'The storage pool it lies on.',
      back: ['volumes', 'The volumes on this storage pool.'],
    }),
  ],
  states: {
    state: [
      'Allocated',
      'Creating',
      'Ready',
      'Migrating',
      'Snapshotting',
      'RevertSnapshotting',
      'Resizing',
      'Expunging',
      'Expunged',
      'Destroy',
      'Destroying',
      'UploadOp',
      'Copying',
      'Uploaded',
      'NotUploaded',
      'UploadInProgress',
      'UploadError',
      'UploadAbandoned',
      'Attaching',
      'Restoring',
    ],
  },
  otherStates: [],
  publishesState: true,
}

const snapshot: CatalogueKind = {
  kind: 'Snapshot',
  plural: 'snapshots',
  description: 'A snapshot of a volume.',
  fields: [
    text('snapshottype', 'MANUAL or RECURRING.'),
    text('intervaltype', 'How often it is taken: HOURLY, DAILY, WEEKLY, MONTHLY or MANUAL.'),
    id('volumeid', 'Id of the volume it was taken of.'),
    text('volumename', 'Name of the volume it was taken of.'),
    long('physicalsize', 'Bytes it takes on the storage.'),
    long('virtualsize', 'Size of the volume in bytes when it was taken.'),
    flag('revertable', 'Whether the volume can go back to it.'),
    ...owned,
    created,
  ],
  relations: [
    one('volume', {
      kind: 'Volume',
      by: 'volumeid',
      description: 'The volume it was taken of.',
      back: ['snapshots', 'The snapshots of this volume.'],
    }),
  ],
  states: {
    state: [
      'Allocated',
      'Creating',
      'CreatedOnPrimary',
      'BackingUp',
      'BackedUp',
      'Copying',
      'Destroying',
      'Destroyed',
      'Hidden',
      'Error',
    ],
  },
  otherStates: [],
  publishesState: true,
}

const template: CatalogueKind = {
  kind: 'Template',
  plural: 'templates',
  description: 'An image that instances are made from; ISO images too.',
  fields: [
    text('displaytext', 'What it is, for people.'),
    flag('isready', 'Whether instances can be made from it.'),
    text('status', 'How its download stands, in words.'),
    text('format', 'QCOW2, VHD, OVA, RAW, ISO and others.'),
    text('hypervisor', 'The hypervisor it is for.'),
    text('templatetype', 'USER, SYSTEM, BUILTIN and others.'),
    flag('ispublic', 'Whether every account may use it.'),
    flag('isfeatured', 'Whether it is offered first.'),
    long('size', 'Size in bytes.'),
    ...owned,
    created,
    time('removed', 'When it was deleted.'),
  ],
  relations: [],
  states: {
    state: ['Active', 'Inactive', 'NotUploaded', 'UploadInProgress', 'UploadError', 'UploadAbandoned'],
  },
  otherStates: [],
  publishesState: false,
}

const storagePool: CatalogueKind = {
  kind: 'StoragePool',
  plural: 'storagePools',
  description: 'Primary storage: where volumes lie.',
  fields: [
    text('type', 'NetworkFilesystem, RBD, SharedMountPoint and others.'),
    text('scope', 'Who can use it: CLUSTER, HOST or ZONE.'),
    text('ipaddress', 'Address of the storage server.'),
    text('path', 'Its path on the storage server.'),
    id('clusterid', 'Id of the cluster it belongs to, if its scope is CLUSTER.'),
    long('disksizetotal', 'Capacity in bytes.'),
    long('disksizeused', 'Bytes in use.'),
    long('disksizeallocated', 'Bytes promised to volumes.'),
    text('hypervisor', 'The hypervisor it is for.'),
    created,
  ],
  relations: [
    one('cluster', {
      kind: 'Cluster',
      by: 'clusterid',
      description: 'The cluster it belongs to, if its scope is CLUSTER.',
      back: ['storagePools', 'The storage pools of this cluster.'],
    }),
  ],
  states: {
    state: [
      'Initial',
      'Initialized',
      'Creating',
      'Attaching',
      'Up',
      'PrepareForMaintenance',
      'ErrorInMaintenance',
      'CancelMaintenance',
      'Maintenance',
      'Disabled',
      'Removed',
    ],
  },
  otherStates: [],
  publishesState: false,
}

export const storageKinds: readonly CatalogueKind[] = [volume, snapshot, template, storagePool]
