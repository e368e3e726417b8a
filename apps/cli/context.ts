import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PlatformModule, type Settings } from '#libs/platform';
import { openStore } from './store.js';

@Module({})
class CommandModule {}

/**
 * Runs a command over a migrated store, with the services of some modules, and closes both.
 * @param modules in addition to the platform
 * @param isForFacts sets the time zone of a new store
 * @param newZone that zone when REPORT_TIME_ZONE is not set, by default UTC
 */
export async function inContext(
  settings: Settings,
  modules: readonly Type[],
  work: (context: INestApplicationContext) => Promise<void>,
  { isForFacts = false, newZone }: { isForFacts?: boolean; newZone?: string | undefined } = {},
): Promise<void> {
  const store = await openStore(settings, { shared: true, isForFacts, newZone });
  const module = {
    module: CommandModule,
    imports: [PlatformModule.register(store.settings), ...modules],
  };
  try {
    const context = await NestFactory.createApplicationContext(module, {
      logger: ['error', 'warn'],
      abortOnError: false,
    });
    try {
      await work(context);
    } finally {
      await context.close();
    }
  } finally {
    await store.close();
  }
}
