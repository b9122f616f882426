import { PasswordRules } from '../auth/password-rules';
import type { Config } from '../config/config';
import { ConfigurationError } from '../config/configuration-error';

/** @throws ConfigurationError if ADMIN_PASSWORD is one that sign-up would refuse */
export function requireStrongAdminPassword(auth: Config['auth']): void {
  if (auth.firstAdmin === null) return;
  const weakness = new PasswordRules(auth).weaknessOf(auth.firstAdmin.password);
  if (weakness !== null) throw new ConfigurationError([`ADMIN_PASSWORD ${weakness}`]);
}
