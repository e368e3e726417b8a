import { Module } from '@nestjs/common';
import { FactsService } from './facts.service.js';
import { IdStore } from './ids.store.js';

@Module({ providers: [FactsService, IdStore], exports: [FactsService] })
export class FactsModule {}
