import { createConnection } from 'mysql2/promise';
import { MariadbServer } from '../support/mariadb-server';
import { Compiler } from './compiler';
import type { Mutant } from './mutant';
import { ScratchTree } from './scratch-tree';
import { runTests, type SuiteResult } from './suite';

/** Where mutants are made and tried one by one: a copy of the source and a database server. */
export class Workshop {
  readonly #compiler: Compiler;

  private constructor(
    private readonly tree: ScratchTree,
    private readonly mariadb: MariadbServer,
  ) {
    this.#compiler = new Compiler(tree);
  }

  static async open(): Promise<Workshop> {
    const tree = new ScratchTree();
    const mariadb = await MariadbServer.start();
    const { processId } = mariadb;
    process.once('exit', () => {
      try {
        process.kill(processId, 'SIGKILL');
      } catch {
        // It was closed in the ordinary way.
      }
      tree.remove();
    });
    return new Workshop(tree, mariadb);
  }

  async close(): Promise<void> {
    await this.mariadb.stop();
    this.tree.remove();
  }

  /** @returns why the mutant can't be made, or undefined */
  apply({ patch, files }: Mutant): string | undefined {
    const misfit = this.tree.apply(patch);
    if (misfit !== undefined) return `the patch does not apply: ${misfit}`;
    const fault = this.#compiler.compile(files);
    if (fault === undefined) return undefined;
    this.tree.revert(patch);
    return `it does not compile: ${fault}`;
  }

  revert({ patch, files }: Mutant): void {
    this.tree.revert(patch);
    this.#compiler.compile(files);
  }

  /** Runs tests of one project on databases that are empty at first. */
  async runTests(project: string, files: readonly string[]): Promise<SuiteResult> {
    const result = await runTests(this.tree, this.mariadb.port, project, files);
    await this.#dropDatabases();
    return result;
  }

  async #dropDatabases(): Promise<void> {
    const session = await createConnection({
      host: '127.0.0.1',
      port: this.mariadb.port,
      user: 'root',
    });
    const [databases] = await session.query("SHOW DATABASES LIKE 'tickets%'");
    for (const row of databases as Record<string, string>[]) {
      await session.query(`DROP DATABASE \`${Object.values(row)[0]!}\``);
    }
    await session.end();
  }
}
