import { DataTypes, Model, type Sequelize } from 'sequelize';

/** The answer to a request with an Idempotency-Key, written in the transaction of its effect. */
export interface IdempotencyKeyRow {
  id: number;
  user_id: number;
  /** Method and path pattern. */
  route: string;
  /** 0 for a route that has no event yet. */
  event_id: number;
  idempotency_key: string;
  /** SHA-256 of the request's input, in hexadecimal. */
  fingerprint: string;
  status: number;
  /** The answer's JSON text. */
  body: string;
  createdAt: Date;
}

type NewIdempotencyKey = Omit<IdempotencyKeyRow, 'id'>;

export function defineIdempotencyKey(sequelize: Sequelize) {
  class IdempotencyKey extends Model<IdempotencyKeyRow, NewIdempotencyKey> {}
  IdempotencyKey.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      user_id: { type: DataTypes.INTEGER, allowNull: false },
      route: { type: DataTypes.STRING(64), allowNull: false },
      event_id: { type: DataTypes.INTEGER, allowNull: false },
      idempotency_key: { type: DataTypes.STRING(255), allowNull: false },
      fingerprint: { type: DataTypes.STRING(64), allowNull: false },
      status: { type: DataTypes.INTEGER, allowNull: false },
      body: { type: DataTypes.TEXT('medium'), allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'idempotency_keys' },
  );
  return IdempotencyKey;
}
