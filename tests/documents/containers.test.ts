import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { Environment, ENVIRONMENT_NAMES } from '../../src/config/environment';
import { DRAIN_LIMIT_MS, IDLE_GRACE_MS } from '../../src/process/http-server';
import { MAX_BODY_BYTES } from '../../src/middlewares/json-body';
import {
  builderSees,
  readDockerfile,
  ROOT,
  type Instruction,
} from '../support/documents/dockerfile';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

/** Pinned: at least major and minor version, never `latest`. */
const PINNED_IMAGE = /^[\w./-]+:v?\d+\.\d+[\w.-]*$/;
const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
const SECRET_NAME = /SECRET|PASS|TOKEN|KEY/;

describe('the Dockerfile', () => {
  const stages = readDockerfile();
  const last = stages.at(-1)!;
  const all = stages.flatMap(({ instructions }) => instructions);
  const lastOf = (keyword: string): Instruction | undefined =>
    last.instructions.findLast((instruction) => instruction.keyword === keyword);

  it('builds in one stage and ships another, both on the same pinned base image', () => {
    expect(stages.length).toBeGreaterThan(1);
    expect(new Set(stages.map(({ image }) => image)).size).toBe(1);
    expect(last.image).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
  });

  it('runs as an unprivileged user, with a health check, the command of npm start and no shell', () => {
    expect(lastOf('USER')?.text).toBe('node');
    expect(lastOf('HEALTHCHECK')?.words).toEqual(['node', 'ops/health-check.js']);
    expect(lastOf('CMD')?.words).toEqual([
      'node',
      ...scripts.start.split(' ').slice(2, -2),
      'dist/server.js',
    ]);
  });

  it('downloads only packages from the lock file', () => {
    expect(all.filter(({ keyword }) => keyword === 'ADD')).toEqual([]);
    for (const { text } of all.filter(({ keyword }) => keyword === 'RUN')) {
      expect(text).not.toMatch(/curl|wget|apt|npm (install|i)\b|npx/);
    }
  });

  it('contains no secret and no development dependency', () => {
    for (const { keyword, text } of all) {
      if (keyword === 'ENV' || keyword === 'ARG') expect(text).not.toMatch(SECRET_NAME);
    }
    const runs = stages[0]!.instructions.filter(({ keyword }) => keyword === 'RUN');
    expect(runs.at(-1)!.text).toContain('npm prune --omit=dev');
  });

  it('copies only files that exist, are in the build context or come from a stage', () => {
    const visible = builderSees();
    for (const name of visible) expect(existsSync(path.join(ROOT, name))).toBe(true);
    for (const { keyword, flags, words } of all) {
      if (keyword !== 'COPY') continue;
      if (flags.from === undefined)
        expect(visible).toEqual(expect.arrayContaining(words.slice(0, -1)));
      else expect(stages.map(({ name }) => name)).toContain(flags.from);
    }
    expect(visible.filter((name) => /env|data|logs|git|node_modules/.test(name))).toEqual([]);
  });
});

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { condition: string }>>;
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly restart?: string;
  readonly user?: string;
  readonly tmpfs?: readonly string[];
  readonly mem_limit?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { environment: string }>>;
}

/** The keys that we use. Compose silently ignores misspelled ones. */
const SERVICE_KEYS = [
  'image build command environment depends_on profiles volumes secrets ports healthcheck',
  'read_only cap_drop security_opt stop_grace_period restart user tmpfs mem_limit logging',
].flatMap((line) => line.split(' '));
const TOP_KEYS = ['name', 'services', 'volumes', 'secrets'];

describe('docker-compose.yml', () => {
  const source = read('docker-compose.yml');
  const compose = parse(source, { merge: true, uniqueKeys: true }) as Compose;
  const services = Object.entries(compose.services);
  const ours = services.filter(([, { build }]) => build !== undefined);
  const requirementsOf = ({ depends_on = {} }: Service): string[] =>
    Array.isArray(depends_on) ? (depends_on as string[]) : Object.keys(depends_on);

  it('uses only keys of the Compose specification', () => {
    const top = Object.keys(compose).filter((key) => !key.startsWith('x-'));
    expect(TOP_KEYS).toEqual(expect.arrayContaining(top));
    for (const [, service] of services) {
      expect(SERVICE_KEYS).toEqual(expect.arrayContaining(Object.keys(service)));
    }
  });

  it('pins every image that is not built here', () => {
    for (const [, { image, build }] of services) {
      if (build === undefined) expect(image).toMatch(PINNED_IMAGE);
    }
  });

  it('refuses to start without its secrets, and contains none', () => {
    const used = [...source.matchAll(/\$\{(\w+)(:[?-])?/g)];
    for (const [, name = '', otherwise] of used) {
      const isOptional = /^ADMIN_|_PREVIOUS$|^PASSWORD_DENYLIST$/.test(name);
      if (SECRET_NAME.test(name) && !isOptional) expect([name, otherwise]).toEqual([name, ':?']);
    }
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (!SECRET_NAME.test(name) || /^(true|yes)$/.test(value)) continue;
        expect(value).toMatch(/^\$\{/);
      }
    }
  });

  it('sets only variables that the server reads, in production mode', () => {
    for (const [, { environment = {} }] of ours) {
      expect(ENVIRONMENT_NAMES).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(environment.NODE_ENV).toBe('production');
    }
  });

  it('passes every variable on, but those that the containers themselves decide', () => {
    const decided = [
      ...['NODE_ENV', 'HOST', 'PORT', 'DB_DIALECT', 'DB_STORAGE', 'DB_PORT', 'DB_SOCKET'],
      // Files, which are not in the image; the log goes to the container's output.
      ...['PASSWORD_WORDS_FILE', 'DB_SSL_CA', 'LOG_DIR'],
    ];
    for (const name of ['api', 'migrate']) {
      const passed = Object.keys(compose.services[name]!.environment!);
      expect([...new Set([...passed, ...decided])].sort()).toEqual([...ENVIRONMENT_NAMES].sort());
    }
  });

  it('limits the memory and the log of every service, and opens ports to this machine only', () => {
    for (const [, { mem_limit, logging, ports = [] }] of services) {
      expect(mem_limit).toMatch(/^\d+[mg]$/);
      expect(logging?.options['max-size']).toBe('20m');
      for (const port of ports)
        expect(port).toMatch(/^(127\.0\.0\.1|\$\{PUBLISH_ADDRESS:-127\.0\.0\.1\}):/);
    }
  });

  it('runs the server read-only and without privileges, with time to drain', () => {
    for (const [name, service] of ours) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      if (name === 'migrate') continue;
      expect(seconds(service.stop_grace_period!)).toBeGreaterThan(DRAIN_LIMIT_MS / 1_000);
    }
  });

  it('migrates once, before any server and after the database', () => {
    expect(compose.services.migrate).toMatchObject({
      command: ['node', 'dist/cli.js', 'db:migrate'],
      depends_on: { mysql: { condition: 'service_healthy' } },
    });
    expect(compose.services.migrate!.restart).toBeUndefined();
    for (const [name, { depends_on }] of ours) {
      if (name === 'migrate') continue;
      expect(depends_on).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
      });
    }
  });

  it('makes MySQL commit to disk and use utf8mb4', () => {
    expect(compose.services.mysql!.command).toEqual(
      expect.arrayContaining([
        '--innodb-flush-log-at-trx-commit=1',
        '--sync-binlog=1',
        '--character-set-server=utf8mb4',
      ]),
    );
  });

  it('refers only to existing services, volumes, secrets and files', () => {
    for (const [, service] of services) {
      for (const need of requirementsOf(service)) {
        expect(Object.keys(compose.services)).toContain(need);
        // A service without a profile can't depend on one that may not be started.
        const { profiles = [] } = compose.services[need]!;
        if (profiles.length > 0) expect(service.profiles).toEqual(profiles);
      }
      for (const secret of service.secrets ?? []) {
        expect(Object.keys(compose.secrets)).toContain(secret);
      }
      for (const [from = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
        if (from.startsWith('./')) expect(existsSync(path.join(ROOT, from))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
    }
  });

  it('scales to three replicas that trust one proxy and share one Redis', () => {
    const replicas = services.filter(([name]) => /^api-\d$/.test(name));
    expect(replicas).toHaveLength(3);
    for (const [, { environment = {}, ports }] of replicas) {
      expect(environment).toMatchObject({ TRUST_PROXY: '1', REDIS_URL: 'redis://redis:6379' });
      // Anyone who reached one directly could claim any address.
      expect(ports).toBeUndefined();
    }
    expect(compose.services.api!.environment!.TRUST_PROXY).toBe('${TRUST_PROXY:-}');
    expect(requirementsOf(compose.services.nginx!)).toEqual(replicas.map(([name]) => name));
  });
});

describe('nginx.conf', () => {
  const config = read('ops/nginx/nginx.conf');
  const setting = (name: string): string => new RegExp(`\\b${name} (.+);`).exec(config)![1]!;

  it('balances over the replicas of docker-compose.yml, and tries all if all seem down', () => {
    const replicas = ['api-1', 'api-2', 'api-3'];
    const upstreams = [...config.matchAll(/server (api-\d):3000(.*);/g)];
    const backups = upstreams.filter(([, , options]) => options!.endsWith(' backup'));
    expect(upstreams.map(([, name]) => name)).toEqual([...replicas, ...replicas]);
    expect(backups.map(([, name, options]) => [name, options])).toEqual(
      replicas.map((name) => [name, ' max_fails=0 backup']),
    );
  });

  it('closes an idle connection before the server does', () => {
    const keepAliveMs = new Environment().KEEP_ALIVE_SECONDS * 1_000;
    const upstream = /upstream tickets \{[^}]*keepalive_timeout (\d+)s/.exec(config)!;
    expect(Number(upstream[1]) * 1_000).toBeLessThan(Math.min(keepAliveMs, IDLE_GRACE_MS));
  });

  it('leaves large bodies to the server, and never sends a change twice', () => {
    expect(parseInt(setting('client_max_body_size'), 10) * 1_000).toBeGreaterThan(MAX_BODY_BYTES);
    expect(setting('proxy_next_upstream')).toBe('error timeout');
  });

  it('forwards the address of the connection, not one from the request', () => {
    expect(config).toContain('proxy_set_header X-Forwarded-For $remote_addr;');
  });
});

describe('prometheus.yml', () => {
  const config = parse(read('ops/prometheus/prometheus.yml')) as {
    scrape_configs: { dns_sd_configs: { names: string[] }[] }[];
  };

  it('scrapes every service that serves the API', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
    const servers = Object.keys(services).filter((name) => name.startsWith('api'));
    expect(config.scrape_configs[0]!.dns_sd_configs[0]!.names).toEqual(servers);
  });
});

describe('alerts.yml', () => {
  const { groups } = parse(read('ops/prometheus/alerts.yml')) as {
    groups: { rules: { alert: string }[] }[];
  };

  it('has a test that each alert fires', () => {
    const tests = read('ops/prometheus/alerts.test.yml');
    const fired = [...tests.matchAll(/\{alertname="(\w+)"\}/g)].map(([, name]) => name);
    expect([...new Set(fired)].sort()).toEqual(
      groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)).sort(),
    );
  });

  it('has a runbook section for each alert, and no others', () => {
    const [, pages = ''] = read('docs/operations.md').split('\n## Alerts\n');
    const headings = [...pages.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  });
});

function seconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)![1]);
}
