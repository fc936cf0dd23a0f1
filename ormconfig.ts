import { createDataSource } from './src/storage/data-source.js';

/** For TypeORM's command line: `typeorm migration:run -d dist/ormconfig.js`, on the database that `DATABASE_URL` names. */
export default createDataSource(process.env['DATABASE_URL'] ?? 'postgres://127.0.0.1:5432/reprise', 0);
