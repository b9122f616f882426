import { Examples } from './examples';
import { FromText, Id, Opaque, Optional, Text } from './fields';
import { MomentOrNull, Timestamp } from './moment-field';

/** Of a key's name. */
const MAX_NAME_CHARACTERS = 100;

@Examples({
  'Without an end': { name: 'Box office' },
  'For a year': { name: 'Box office', expires_at: '2027-11-23T20:00:00.000Z' },
})
export class MakeKeyBody {
  @Text('What the key is for', { min: 1, max: MAX_NAME_CHARACTERS, example: 'Box office' })
  name!: string;

  @Optional()
  @MomentOrNull('When the key ends; left out or null, never', '2027-11-23T20:00:00.000Z')
  expires_at?: string | null;
}

export class KeyParams {
  @FromText()
  @Id('Key id')
  id!: number;
}

export class KeyDto {
  @Id('Key id')
  id!: number;

  @Text('What the key is for', { min: 1, max: MAX_NAME_CHARACTERS, example: 'Box office' })
  name!: string;

  @Opaque('The start of the key', 'tk_b3JkaW5h')
  prefix!: string;

  @Timestamp('When the key was made')
  createdAt!: string;

  @MomentOrNull('When the key ends; null if it does not', null)
  expires_at!: string | null;

  @MomentOrNull('When the key was last used, to within a minute; null if it never was', null)
  last_used_at!: string | null;
}

export class MadeKeyDto extends KeyDto {
  @Opaque(
    'Send it as `Authorization: Bearer <key>`. It is shown this once',
    `tk_${'x'.repeat(43)}0123abcd`,
  )
  key!: string;
}
