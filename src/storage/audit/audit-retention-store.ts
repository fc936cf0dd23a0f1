import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditRetentionStore, type RemovalRecord, type WeekRemoval } from '../../application/ports/audit-chain.js';
import type { SaidRemoval } from '../../audit-proof/removal.js';
import { toTimestamp } from '../stores/timestamp.js';
import { removeWeek, weeksBefore } from './remove-week.js';

/** Weeks of `audit_entry`, dropped as a whole. */
@Injectable()
export class PgAuditRetentionStore extends AuditRetentionStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  weeksBefore(before: number): Promise<readonly string[]> {
    return weeksBefore(this.dataSource, toTimestamp(before));
  }

  remove(week: string, record: (said: Omit<SaidRemoval, 'at'>) => RemovalRecord): Promise<WeekRemoval> {
    return removeWeek(this.dataSource, week, record);
  }
}
