export { ExportsApiModule, ExportsModule } from './exports.module.js';
export { PersonExports } from './person/person-export.service.js';
export { StoreExport } from './store/store-export.service.js';
export { StoreRestore } from './store/store-restore.js';
