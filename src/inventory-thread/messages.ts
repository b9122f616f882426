/** What the main thread and the inventory's thread say to each other. Plain data only. */
import type { DatabaseSettings } from '../config/config';
import type { ServerNode } from '../database/server-node';
import type { PortableError } from '../errors/portable-error';
import type { CommandRequest } from '../inventory/command-request';
import type { TransactionFigures } from '../inventory/executor-metrics';
import type { DeletionRequest } from '../services/account-deletion.service';

/** What the thread is started with. */
export interface ThreadSettings {
  readonly database: DatabaseSettings;
  /** Transactions of the executor that may run at the same time. */
  readonly slots: number;
}

/** What the main thread asks for. */
export type Call =
  /** A command; the times in the request are on the shared clock. */
  | { readonly to: 'execute'; readonly eventId: number; readonly request: CommandRequest }
  | { readonly to: 'delete-account'; readonly userId: number; readonly request: DeletionRequest }
  /** On SQLite: the main thread wants to write. Answered when it may; it then holds the turn. */
  | { readonly to: 'take-turn' }
  | { readonly to: 'read-pool-use' }
  /** Ends what runs, and closes the connections. */
  | { readonly to: 'close' };

export type Order =
  | { readonly id: number; readonly call: Call }
  /** Ends the turn that the call with this id took. */
  | { readonly endTurn: number };

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PortableError }
  | { readonly kind: 'turned-away' }
  | { readonly kind: 'ran'; readonly figures: TransactionFigures }
  | { readonly kind: 'retried' }
  /** What a `NodeObserver` is told. */
  | { readonly kind: 'node-serves'; readonly node: ServerNode; readonly before?: ServerNode }
  /** A line for the log; its details are plain. */
  | { readonly kind: 'warning'; readonly message: string; readonly details: object };
