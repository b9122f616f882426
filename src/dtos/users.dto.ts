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
  Timestamp,
  WholeNumber,
} from './fields';
import type { SelfChecking } from './self-checking';

export const ROLES = ['user', 'organizer', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

@Examples({ 'A new account': { email: 'someone@example.com', password: 'correct horse battery' } })
export class SignupBody {
  @Email('Trimmed and lower-cased')
  email!: string;

  @NewPassword('8 characters at least, 72 bytes at most')
  password!: string;
}

@Examples({
  'The account that signed up': { email: 'someone@example.com', password: 'correct horse battery' },
})
export class LoginBody {
  @Email('The e-mail that signed up')
  email!: string;

  @GivenPassword('Its password')
  password!: string;
}

@Examples({
  'Another e-mail': { email: 'someone.else@example.com' },
  "One's own new password": {
    password: 'a brand new passphrase',
    current_password: 'correct horse battery',
  },
})
export class UpdateUserBody implements SelfChecking {
  @Optional()
  @Email('The new e-mail')
  email?: string;

  @Optional()
  @NewPassword('The new password; every token issued before ends')
  password?: string;

  @Optional()
  @GivenPassword("Needed to change one's own password")
  current_password?: string;

  faults(): FieldFault[] {
    return this.email === undefined && this.password === undefined
      ? [{ field: 'email', message: 'email or password must be given' }]
      : [];
  }
}

@Examples({ 'Make an organizer': { role: 'organizer' } })
export class ChangeRoleBody {
  @OneOf('The new role; every token of the account ends', ROLES, 'organizer')
  role!: RoleName;
}

export class UserDto {
  @Id('The account', 7)
  id!: number;

  @Email('Lower case')
  email!: string;

  @OneOf('What the account may do', ROLES)
  role!: RoleName;

  @Timestamp('When it signed up')
  createdAt!: string;

  @Timestamp('When it was last changed')
  updatedAt!: string;
}

export class LoginDto {
  @Opaque('Send it as `Authorization: Bearer <token>`', 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl')
  token!: string;

  @OneOf('How to send it', ['Bearer'])
  token_type!: 'Bearer';

  @WholeNumber('Seconds until the token expires', { min: 1, max: MAX_COUNT, example: 3_600 })
  expires_in!: number;

  @Nested('Whose token it is', () => UserDto)
  user!: UserDto;
}
