import { DataTypes, Model, type Sequelize } from 'sequelize';
import type { Role } from '../domain/rights';

export interface UserRow {
  id: number;
  /** In lower case; null after the account is deleted. */
  email: string | null;
  /** The bcrypt hash; null after the account is deleted. */
  password: string | null;
  role: Role;
  /** Part of every token. A token with another version is no longer valid. */
  token_version: number;
  /** When the account was deleted. The anonymous row stays, because bookings refer to it. */
  deleted_at: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

type NewUser = Omit<UserRow, 'id' | 'deleted_at'>;

export function defineUser(sequelize: Sequelize) {
  class User extends Model<UserRow, NewUser> {}
  User.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      email: { type: DataTypes.STRING(254) },
      password: { type: DataTypes.STRING(72) },
      role: { type: DataTypes.STRING(16), allowNull: false },
      token_version: { type: DataTypes.INTEGER, allowNull: false },
      deleted_at: { type: DataTypes.DATE(3) },
      createdAt: { type: DataTypes.DATE(3), allowNull: false },
      updatedAt: { type: DataTypes.DATE(3), allowNull: false },
    },
    { sequelize, tableName: 'users' },
  );
  return User;
}
