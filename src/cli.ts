import 'reflect-metadata';
import { ConfigurationError } from './config/configuration-error';
import { connectionFault } from './database/connection-fault';
import { COMMANDS, UsageError } from './process/commands';

/** Former names of commands, which still work. */
const FORMER_NAMES: Readonly<Record<string, string>> = { 'ledger:check': 'reconcile' };

const [given = 'help', ...words] = process.argv.slice(2);
const name = FORMER_NAMES[given] ?? given;

async function run(): Promise<void> {
  const command = COMMANDS[name];
  if (!command) {
    const lines = Object.entries(COMMANDS).map(
      ([known, { help }]) => `  ${known.padEnd(16)} ${help}`,
    );
    throw new UsageError(`Usage: node dist/cli.js <command>\n${lines.join('\n')}`);
  }
  process.exitCode = await command.run(words);
}

run().catch((error: unknown) => {
  const isForPeople = error instanceof UsageError || error instanceof ConfigurationError;
  console.error(isForPeople ? error.message : (connectionFault(error) ?? error));
  process.exitCode = 1;
});
