import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const VALID_DAYS = 2;

/** A certificate and its key, as PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of its own, made by openssl, that issues certificates for servers. */
export class CertificateAuthority implements Certificate {
  readonly certificate: string;
  readonly key: string;
  #issued = 0;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.certificate = path.join(folder, 'authority.pem');
    this.key = path.join(folder, 'authority.key');
    openssl(
      ['req', '-x509', ...NEW_KEY, '-keyout', this.key, '-out', this.certificate],
      ['-days', String(VALID_DAYS), '-subj', `/CN=Authority in ${path.basename(folder)}`],
    );
  }

  /**
   * @param names what the certificate is for, such as `DNS:localhost` or `IP:127.0.0.1`
   * @param days how long it is valid; below 0: it has expired
   */
  issue(names: readonly string[], days = VALID_DAYS): Certificate {
    const at = (end: string): string => path.join(this.folder, `${String(this.#issued)}.${end}`);
    this.#issued += 1;
    const [request, extensions, certificate, key] = ['csr', 'ext', 'pem', 'key'].map(at) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(extensions, `subjectAltName=${names.join(',')}\n`);
    openssl(['req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', '/CN=A database server']);
    openssl(
      ['x509', '-req', '-in', request, '-CA', this.certificate, '-CAkey', this.key],
      ['-CAcreateserial', '-days', String(days), '-extfile', extensions, '-out', certificate],
    );
    // A database server refuses a key that others may read.
    chmodSync(key, 0o600);
    return { certificate, key };
  }
}

const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes'];

function openssl(...args: readonly (readonly string[])[]): void {
  execFileSync('openssl', args.flat(), { stdio: 'pipe' });
}
