import { serverNode } from '../../src/database/server-node';

/** What a MySQL server of a group shows, where nothing is said. */
const MEMBER = {
  server_uuid: '5f0c1f3e-0000-0000-0000-000000000001',
  server_id: '1',
  hostname: 'db1',
  port: '3306',
  read_only: 'OFF',
  super_read_only: 'OFF',
  innodb_read_only: 'OFF',
  offline_mode: 'OFF',
  innodb_flush_log_at_trx_commit: '1',
  sync_binlog: '1',
  log_bin: 'ON',
  group_replication_group_name: 'aaaaaaaa-0000-0000-0000-000000000000',
  group_replication_consistency: 'BEFORE',
};

function nodeWith(variables: Readonly<Record<string, string>>): ReturnType<typeof serverNode> {
  return serverNode(new Map(Object.entries({ ...MEMBER, ...variables })));
}

describe('a database server', () => {
  it('takes writes unless one of its variables says otherwise, as a word or a number', () => {
    expect(nodeWith({}).takesWrites).toBe(true);
    expect(nodeWith({ read_only: '0' }).takesWrites).toBe(true);
    for (const name of ['read_only', 'super_read_only', 'innodb_read_only', 'offline_mode']) {
      for (const value of ['ON', '1', 'NO_LOCK']) {
        expect([name, nodeWith({ [name]: value }).takesWrites]).toEqual([name, false]);
      }
    }
  });

  it('is not the same as another one at its address', () => {
    const another = nodeWith({ server_uuid: '5f0c1f3e-0000-0000-0000-000000000002' });
    expect(another.name).toBe(nodeWith({}).name);
    expect(another.id).not.toBe(nodeWith({}).id);
  });

  it.each([
    ['EVENTUAL', 'group_replication_consistency'],
    ['BEFORE_ON_PRIMARY_FAILOVER', 'group_replication_consistency'],
    ['AFTER', 'group_replication_consistency'],
    ['BEFORE', undefined],
    ['BEFORE_AND_AFTER', undefined],
  ])('in a group with consistency %s may return stale reads because of: %s', (level, setting) => {
    expect(nodeWith({ group_replication_consistency: level }).staleReads).toBe(setting);
  });

  it('outside of a group, or without the plugin, has no such setting', () => {
    expect(nodeWith({ group_replication_group_name: '' })).toMatchObject({
      isInGroup: false,
      staleReads: undefined,
    });
    expect(serverNode(new Map([['read_only', 'OFF']]))).toMatchObject({
      takesWrites: true,
      isInGroup: false,
      isGalera: false,
      staleReads: undefined,
    });
  });
});
