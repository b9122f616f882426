import { DataTypes, Model, type Sequelize } from 'sequelize';
import type { Role } from '../domain/rights';

export interface UserRow {
  id: number;
  /** Lower case; null once the account is deleted. */
  email: string | null;
  /** The bcrypt hash; null once the account is deleted. */
  password: string | null;
  role: Role;
  /** Stands in every token; a token that bears another one has ended. */
  token_version: number;
  /** When the account was deleted. The nameless row stays, because bookings refer to it. */
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
