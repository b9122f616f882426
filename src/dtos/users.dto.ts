import type { FieldFault } from '../errors/api-error';
import { Examples } from './examples';
import {
  Email,
  GivenPassword,
  Id,
  MAX_COUNT,
  Nested,
  NewPassword,
  OneOf,
  Opaque,
  Optional,
  WholeNumber,
} from './fields';
import { Timestamp } from './moment-field';
import type { SelfChecking } from './self-checking';

export const ROLES = ['user', 'organizer', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

const EXAMPLE_REFRESH_TOKEN = `rt_${'x'.repeat(65)}`;

function RefreshToken(description: string): PropertyDecorator {
  return Opaque(description, EXAMPLE_REFRESH_TOKEN);
}

@Examples({ 'A new account': { email: 'someone@example.com', password: 'correct horse battery' } })
export class SignupBody {
  @Email('Trimmed and lower-cased')
  email!: string;

  @NewPassword('At least 8 characters, at most 72 bytes')
  password!: string;
}

@Examples({
  'An existing account': { email: 'someone@example.com', password: 'correct horse battery' },
})
export class LoginBody {
  @Email('E-mail of the account')
  email!: string;

  @GivenPassword('Password of the account')
  password!: string;
}

@Examples({
  'Change the e-mail': { email: 'someone.else@example.com' },
  'Change your own password': {
    password: 'a brand new passphrase',
    current_password: 'correct horse battery',
  },
})
export class UpdateUserBody implements SelfChecking {
  @Optional()
  @Email('New e-mail')
  email?: string;

  @Optional()
  @NewPassword('New password; revokes every earlier token')
  password?: string;

  @Optional()
  @GivenPassword(
    'Required to change your own password; to change your own e-mail, unless you logged in less ' +
      'than 5 minutes ago',
  )
  current_password?: string;

  faults(): FieldFault[] {
    return this.email === undefined && this.password === undefined
      ? [{ field: 'email', message: 'email or password must be given' }]
      : [];
  }
}

@Examples({ 'Your own account': { current_password: 'correct horse battery' } })
export class DeleteAccountBody {
  @Optional()
  @GivenPassword(
    'Required to delete your own account, unless you logged in less than 5 minutes ago',
  )
  current_password?: string;
}

@Examples({ 'The token from the login': { refresh_token: EXAMPLE_REFRESH_TOKEN } })
export class RefreshBody {
  @RefreshToken('From the login or the last refresh')
  refresh_token!: string;
}

@Examples({
  'All devices': {},
  'This device': { refresh_token: EXAMPLE_REFRESH_TOKEN },
})
export class LogoutBody {
  @Optional()
  @RefreshToken('Only the session of this token ends; left out, everything ends')
  refresh_token?: string;
}

@Examples({ 'Make an organizer': { role: 'organizer' } })
export class ChangeRoleBody {
  @OneOf('New role; revokes every token of the account', ROLES, 'organizer')
  role!: RoleName;
}

export class UserDto {
  @Id('Account id')
  id!: number;

  @Email('E-mail, in lower case')
  email!: string;

  @OneOf('Role, which decides what the account may do', ROLES)
  role!: RoleName;

  @Timestamp('When the account was created')
  createdAt!: string;

  @Timestamp('When it was last changed')
  updatedAt!: string;
}

export class TokenPairDto {
  @Opaque('Send it as `Authorization: Bearer <token>`', 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl')
  token!: string;

  @OneOf('Scheme of the Authorization header', ['Bearer'])
  token_type!: 'Bearer';

  @WholeNumber('Seconds until the token expires', { min: 1, max: MAX_COUNT, example: 3_600 })
  expires_in!: number;

  @RefreshToken('Exchange it for a new pair by `POST /api/auth/refresh`, once')
  refresh_token!: string;

  @WholeNumber('Seconds until the refresh token expires', {
    min: 1,
    max: MAX_COUNT,
    example: 2_592_000,
  })
  refresh_expires_in!: number;
}

export class LoginDto extends TokenPairDto {
  @Nested('Account that the token belongs to', () => UserDto)
  user!: UserDto;
}
