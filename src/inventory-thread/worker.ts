/**
 * The inventory's thread: queues, batches, decides, writes and answers commands, with its own
 * connections. It says what it counts and logs to the main thread, which has the registry and the logger.
 */
import { parentPort, workerData } from 'node:worker_threads';
import 'reflect-metadata';
import { openDatabase } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';
import { QueuedTurns } from '../database/write-turns';
import { packError } from '../errors/portable-error';
import { InventoryExecutor } from '../inventory/inventory-executor';
import { finishCommand } from '../presenters/finished-answers';
import { AccountDeletion } from '../services/account-deletion.service';
import { fromSharedClock } from './clock';
import type { Call, Order, Report, ThreadSettings } from './messages';
import { Outbox } from './outbox';

if (!parentPort) throw new Error('This is a thread, not a program');
const settings = workerData as ThreadSettings;
const reports = new Outbox<Report>(parentPort);

const database = openDatabase(settings.database, {
  nodeServes(node, before) {
    reports.add({ kind: 'node-serves', node, ...(before ? { before } : {}) });
  },
});
const turns = new QueuedTurns();
/** Ends the turns that the main thread holds, by the id of the call that took them. */
const endTurn = new Map<number, () => void>();
const unitOfWork = new UnitOfWork({
  sequelize: database.sequelize,
  logger: {
    warn(message, details) {
      reports.add({ kind: 'warning', message, details });
    },
  },
  metrics: {
    transactionRetries: {
      inc() {
        reports.add({ kind: 'retried' });
      },
    },
  },
  turns,
});
const inventory = new InventoryExecutor({
  database,
  unitOfWork,
  finish: finishCommand,
  slots: settings.slots,
  metrics: {
    countTurnedAway() {
      reports.add({ kind: 'turned-away' });
    },
    observeTransaction(figures) {
      reports.add({ kind: 'ran', figures });
    },
  },
});
const deletion = new AccountDeletion({ database, unitOfWork, finish: finishCommand });

async function perform(id: number, call: Call): Promise<unknown> {
  switch (call.to) {
    case 'execute': {
      const { startedAt, ...request } = call.request;
      const times = startedAt === undefined ? {} : { startedAt: fromSharedClock(startedAt) };
      return inventory.execute(call.eventId, { ...request, ...times });
    }
    case 'delete-account':
      return deletion.delete(call.userId, call.request);
    case 'take-turn':
      endTurn.set(id, await turns.take());
      return undefined;
    case 'read-pool-use':
      return database.poolUse();
    case 'close':
      return database.close();
  }
}

function take(order: Order): void {
  if ('endTurn' in order) {
    endTurn.get(order.endTurn)?.();
    endTurn.delete(order.endTurn);
    return;
  }
  const { id, call } = order;
  perform(id, call).then(
    (result) => {
      reports.add({ kind: 'done', id, result });
    },
    (error: unknown) => {
      reports.add({ kind: 'failed', id, error: packError(error) });
    },
  );
}

parentPort.on('message', (orders: readonly Order[]) => {
  for (const order of orders) take(order);
});
reports.add({ kind: 'ready' });
