import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { LRParser } from '@lezer/lr';
import { parse } from 'yaml';
import { makeEvent } from '../factories/events';
import { makePerson, PASSWORD } from '../factories/people';
import { Exposition } from '../support/http/exposition';
import { TestApi } from '../support/http/test-api';

/** Its types declare only the other module kind; it supports both. */
const { parser } = createRequire(__filename)('@prometheus-io/lezer-promql') as {
  parser: LRParser;
};

/** Added by Prometheus itself. */
const LABELS_OF_PROMETHEUS = ['job', 'instance'];
/** Written by others: Prometheus, and the back-up script for node_exporter. */
const OF_OTHERS = ['up', 'tickets_backup_last_success_timestamp_seconds'];
/** Grafana replaces it with an interval. */
const RATE_INTERVAL = '$__rate_interval';
/** More than the limit of an address. */
const LOGINS = 31;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const { groups } = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')) as {
  groups: { rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync('ops/grafana/dashboards/tickets.json', 'utf8')) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};
const expressions = [
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr.replaceAll(RATE_INTERVAL, '5m')] as const),
  ),
];

describe('the metrics for Prometheus', () => {
  let api: TestApi;
  let before: Exposition;
  let after: Exposition;
  beforeAll(async () => {
    api = await TestApi.start({ rateLimits: { enabled: true, redisUrl: null } });
    before = await Exposition.of(api.url);
    await makeTraffic(api);
    after = await Exposition.of(api.url);
  });
  afterAll(() => api.close());

  const growth = (series: string): number =>
    (after.value(series) ?? 0) - (before.value(series) ?? 0);

  it('count bookings by outcome, promotions, and commands by batch', () => {
    expect(growth('inventory_commands_total{kind="book",outcome="booked"}')).toBe(1);
    expect(growth('inventory_commands_total{kind="book",outcome="partially_booked"}')).toBe(1);
    expect(growth('inventory_commands_total{kind="book",outcome="waitlisted"}')).toBe(1);
    expect(growth('inventory_commands_total{kind="book",outcome="ALREADY_WAITLISTED"}')).toBe(1);
    expect(growth('inventory_promoted_tickets_total')).toBe(1);
    expect(growth('inventory_batch_size_sum')).toBe(5);
    const batches = growth('inventory_batch_size_count');
    expect(growth('inventory_lock_wait_seconds_count')).toBe(batches);
    expect(growth('inventory_batch_seconds_count')).toBe(batches);
    expect(after.value('inventory_commands_in_flight')).toBe(0);
  });

  it('measure requests by the pattern of their route, never by their path', () => {
    const route = '/api/events/:event_id/me';
    expect(
      growth(`http_request_duration_seconds_count{method="GET",route="${route}",status="404"}`),
    ).toBe(1);
    expect(growth('rate_limited_requests_total{limit="login"}')).toBe(1);
  });

  it('cover the database, its connections and the waitlists', async () => {
    const { Event } = api.container.database.models;
    expect(after.value('database_up')).toBe(1);
    expect(after.value('database_pool_in_use')).toBe(0);
    expect(after.value('database_pool_waiting')).toBe(0);
    // Results from the database are cached for seconds, so a new server is started.
    const fresh = await TestApi.start();
    try {
      const { labels, ...told } = await Exposition.of(fresh.url).then((exposition) => ({
        labels: exposition.labels,
        people: exposition.value('waitlist_people'),
        tickets: exposition.value('waitlist_tickets'),
        redis: exposition.value('redis_up'),
      }));
      expect(told).toEqual({
        people: await Event.sum('waitlist_count'),
        tickets: await Event.sum('waitlist_tickets'),
        redis: undefined,
      });
      expect(told.people).toBeGreaterThanOrEqual(2);
      expect(labels.has('redis_up')).toBe(true);
    } finally {
      await fresh.close();
    }
  });

  it('tells which part of their range the ids of each table have used', async () => {
    const { database } = api.container;
    const fresh = await TestApi.start();
    try {
      const exposition = await Exposition.of(fresh.url);
      const told = (table: string): number | undefined =>
        exposition.value(`database_id_range_used_ratio{table="${table}"}`);
      expect(told('users')).toBe((await largestId(database.models.User)) / 2_147_483_647);
      expect(told('events')).toBe((await largestId(database.models.Event)) / 2_147_483_647);
      for (const model of [database.models.Booking, database.models.AuditEntry]) {
        expect(told(model.tableName)).toBe((await largestId(model)) / Number.MAX_SAFE_INTEGER);
      }
      expect(told('waitlists')).toBeGreaterThanOrEqual(0);
      expect(told('idempotency_keys')).toBeGreaterThanOrEqual(0);
      expect(told('waitlist_blocks')).toBeUndefined();
    } finally {
      await fresh.close();
    }
  });

  it('report a lost database, and omit numbers that are unknown', async () => {
    const cut = await TestApi.start();
    try {
      await cut.container.database.close();
      const exposition = await Exposition.of(cut.url);
      expect(exposition.value('database_up')).toBe(0);
      expect(exposition.value('waitlist_people')).toBeUndefined();
      const ofUsers = 'database_id_range_used_ratio{table="users"}';
      expect(exposition.value(ofUsers)).toBeUndefined();
    } finally {
      await cut.close();
    }
  });

  it.each(expressions)('include what the %s uses: %s', (_name, expression) => {
    const { metrics, labels } = namesIn(expression);
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter((name) => !OF_OTHERS.includes(name) && !after.labels.has(name))).toEqual(
      [],
    );
    const known = new Set([
      ...LABELS_OF_PROMETHEUS,
      ...metrics.flatMap((name) => [...(after.labels.get(name) ?? [])]),
    ]);
    expect(labels.filter((label) => !known.has(label))).toEqual([]);
  });

  it('have alerts with a summary, a description and a runbook', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations).toEqual({
        summary: expect.any(String),
        description: expect.any(String),
        runbook_url: `docs/operations.md#${alert.toLowerCase()}`,
      });
    }
  });
});

/** Everything that the dashboard and the alerts use must have happened once. */
async function makeTraffic(api: TestApi): Promise<void> {
  const { container } = api;
  const [first, second] = [await makePerson(container), await makePerson(container)];
  const event = await makeEvent(api, { total: 2, organizer: first });
  const book = (token: string, quantity: number): Promise<unknown> =>
    api.post('/api/tickets/book', token, { event_id: event.id, quantity });
  await book(first.token, 1);
  await book(second.token, 3);
  await book(first.token, 1);
  await book(first.token, 1);
  await api.post('/api/tickets/cancel', first.token, { event_id: event.id });
  await api.get('/api/events/2147483647/me', first.token);
  for (let login = 0; login < LOGINS; login += 1) {
    await api.post('/api/auth/login', undefined, {
      email: `nobody-${String(login)}@example.com`,
      password: PASSWORD,
    });
  }
}

async function largestId(model: { max(column: string): Promise<unknown> }): Promise<number> {
  return Number(await model.max('id'));
}

/** @throws Error if the expression can't be parsed */
function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`Not PromQL at “${expression.slice(from)}”`);
      if (type.name === 'Identifier') metrics.push(text);
      if (type.name === 'LabelName') labels.push(text);
    },
  });
  return { metrics, labels };
}
