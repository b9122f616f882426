import { NodeReport } from '../../src/database/node-report';
import { serverNode } from '../../src/database/server-node';
import { createLogger } from '../../src/observability/logger';
import { Metrics } from '../../src/observability/metrics';

const nodeNamed = (hostname: string, flushLog: string) =>
  serverNode(
    new Map([
      ['hostname', hostname],
      ['port', '3306'],
      ['innodb_flush_log_at_trx_commit', flushLog],
    ]),
  );

describe('what is reported of the database servers of several pools', () => {
  it('counts a change that all of them see once, and a change back again', async () => {
    const metrics = new Metrics();
    const logger = createLogger({ level: 'silent', accessFormat: 'dev', directory: null });
    const report = new NodeReport(logger, metrics);
    const [one, other] = [nodeNamed('one', '1'), nodeNamed('other', '2')];
    const changes = async () => (await metrics.databaseNodeChanges.get()).values[0]?.value;
    const weak = async () => (await metrics.weakDurability.get()).values[0]?.value;

    report.nodeServes(one);
    report.nodeServes(one);
    expect([await changes(), await weak()]).toEqual([0, 0]);
    report.nodeServes(other, one);
    report.nodeServes(other, one);
    expect([await changes(), await weak()]).toEqual([1, 1]);
    report.nodeServes(one, other);
    report.nodeServes(one, other);
    expect([await changes(), await weak()]).toEqual([2, 0]);

    metrics.close();
    logger.close();
  });
});
