import type { LoginDto, TokenPairDto, UserDto } from '../dtos/users.dto';
import type { UserRow } from '../models/user.model';
import type { Login } from '../services/auth.service';
import type { TokenPair } from '../services/sessions.service';

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

export function presentTokenPair(pair: TokenPair): TokenPairDto {
  return {
    token: pair.token,
    token_type: 'Bearer',
    expires_in: pair.expiresInSeconds,
    refresh_token: pair.refreshToken,
    refresh_expires_in: pair.refreshExpiresInSeconds,
  };
}

export function presentLogin({ user, ...pair }: Login): LoginDto {
  return { ...presentTokenPair(pair), user: presentUser(user) };
}
