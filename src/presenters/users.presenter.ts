import type { LoginDto, UserDto } from '../dtos/users.dto';
import type { UserRow } from '../models/user.model';
import type { Login } from '../services/auth.service';

export function presentUser(user: UserRow): UserDto {
  return {
    id: user.id,
    // Deleted accounts, whose e-mail is null, are never presented.
    email: user.email ?? '',
    role: user.role,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}

export function presentLogin({ token, expiresInSeconds, user }: Login): LoginDto {
  return { token, token_type: 'Bearer', expires_in: expiresInSeconds, user: presentUser(user) };
}
