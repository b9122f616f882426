import type { KeyDto, MadeKeyDto } from '../dtos/keys.dto';
import type { ApiKeyRow } from '../models/api-key.model';
import type { MadeKey } from '../services/api-keys.service';

export function presentKey(row: ApiKeyRow): KeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

export function presentMadeKey({ row, text }: MadeKey): MadeKeyDto {
  return { ...presentKey(row), key: text };
}
