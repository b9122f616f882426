import 'reflect-metadata';
import { COMMANDS, FORMER_NAMES, usage } from './process/commands';
import { oneLine } from './process/one-line';
import { VERSION } from './version';

const VERBOSE = '--verbose';

const [given = '--help', ...words] = process.argv.slice(2).filter((word) => word !== VERBOSE);
const isVerbose = process.argv.includes(VERBOSE);

async function run(): Promise<number> {
  if (given === '--version') {
    console.log(VERSION);
    return 0;
  }
  if (given === 'help' || given === '--help' || words.includes('--help')) {
    console.log(usage());
    return 0;
  }
  const command = COMMANDS[FORMER_NAMES[given] ?? given];
  if (!command) throw new Error(`There is no command ${given}\n${usage()}`);
  const unknown = words.find((word) => word.startsWith('--') && !command.options.includes(word));
  if (unknown !== undefined) throw new Error(`${given} has no option ${unknown}\n${usage()}`);
  return command.run(words);
}

run().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(isVerbose && error instanceof Error ? error.stack : oneLine(error));
    process.exitCode = 1;
  },
);
