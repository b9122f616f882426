import { DataTypes, Model, type Sequelize } from 'sequelize';

/** An API key of an account. */
export interface ApiKeyRow {
  id: number;
  user_id: number;
  name: string;
  /** SHA-256 of the key, in base64url. */
  key_hash: string;
  /** The start of the key, by which its owner recognizes it. */
  prefix: string;
  expires_at: Date | null;
  /** Written at most once a minute. */
  last_used_at: Date | null;
  createdAt: Date;
}

type NewApiKey = Omit<ApiKeyRow, 'id'>;

export function defineApiKey(sequelize: Sequelize) {
  class ApiKey extends Model<ApiKeyRow, NewApiKey> {}
  ApiKey.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      user_id: { type: DataTypes.INTEGER, allowNull: false },
      name: { type: DataTypes.STRING(100), allowNull: false },
      key_hash: { type: DataTypes.STRING(43), allowNull: false },
      prefix: { type: DataTypes.STRING(16), allowNull: false },
      expires_at: { type: DataTypes.DATE(3) },
      last_used_at: { type: DataTypes.DATE(3) },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'api_keys', updatedAt: false },
  );
  return ApiKey;
}
