import { DataTypes, Model, type Sequelize } from 'sequelize';

/** A login, and the family of refresh tokens that followed from it. Only hashes are stored. */
export interface SessionRow {
  id: number;
  user_id: number;
  /** The account's `token_version` at login. With another version the session has ended. */
  token_version: number;
  /** Random; the first part of every refresh token of the session. */
  family: string;
  /** SHA-256 of the refresh token that is good now, in base64url. */
  token_hash: string;
  /** SHA-256 of the refresh token that was used last; null before the first use. */
  used_hash: string | null;
  /** What made the good token out of the used one. */
  successor_salt: string | null;
  /** When the last one was used, by the database's clock. */
  used_at: Date | null;
  /** When the person proved who they are. */
  auth_time: Date;
  /** When the good refresh token is over. */
  expires_at: Date;
  createdAt: Date;
}

type NewSession = Omit<SessionRow, 'id'>;

export function defineSession(sequelize: Sequelize) {
  class Session extends Model<SessionRow, NewSession> {}
  Session.init(
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      user_id: { type: DataTypes.INTEGER, allowNull: false },
      token_version: { type: DataTypes.INTEGER, allowNull: false },
      family: { type: DataTypes.STRING(22), allowNull: false },
      token_hash: { type: DataTypes.STRING(43), allowNull: false },
      used_hash: { type: DataTypes.STRING(43) },
      successor_salt: { type: DataTypes.STRING(43) },
      used_at: { type: DataTypes.DATE(3) },
      auth_time: { type: DataTypes.DATE(3), allowNull: false },
      expires_at: { type: DataTypes.DATE(3), allowNull: false },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'sessions', updatedAt: false },
  );
  return Session;
}
