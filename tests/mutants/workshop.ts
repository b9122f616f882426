import { createConnection } from 'mysql2/promise';
import { DatabaseServer } from '../support/servers/database-server';
import { Compiler } from './compiler';
import type { Mutant } from './mutant';
import { ScratchTree } from './scratch-tree';
import { runTests, type SuiteResult } from './suite';

/** A copy of the source and a database server, in which mutants are tried one by one. */
export class Workshop {
  readonly #compiler: Compiler;

  private constructor(
    private readonly tree: ScratchTree,
    private readonly mariadb: DatabaseServer,
  ) {
    this.#compiler = new Compiler(tree);
  }

  static async open(): Promise<Workshop> {
    const tree = new ScratchTree();
    const mariadb = await DatabaseServer.start();
    const { processId } = mariadb;
    process.once('exit', () => {
      try {
        process.kill(processId, 'SIGKILL');
      } catch {
        // It was closed normally.
      }
      tree.remove();
    });
    return new Workshop(tree, mariadb);
  }

  async close(): Promise<void> {
    await this.mariadb.stop();
    this.tree.remove();
  }

  /**
   * Applies the mutant, and compiles what it changes.
   *
   * @returns a function that reverts it
   * @throws Error if it does not fit the source or does not compile
   */
  apply({ edits }: Mutant): () => void {
    const files = edits.map(({ file }) => file);
    const before = this.tree.apply(edits);
    const revert = (): void => {
      this.tree.restore(before);
      this.#compiler.compile(files);
    };
    const fault = this.#compiler.compile(files);
    if (fault === undefined) return revert;
    revert();
    throw new Error(`It does not compile: ${fault}`);
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
