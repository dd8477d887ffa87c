/** A worker for tests to kill: it starts a throw-away server, says where, and keeps a session in it busy. */
import pg from 'pg';
import {startCluster} from '../../../src/adapters/scratch/cluster.ts';
import {usualAccounts} from '../../../src/adapters/scratch/scratch-settings.ts';
import {findConfinement} from '../../../src/platform/confinement.ts';
import {findPostgresServer, listPostgresTools} from '../../../src/platform/postgres-tools.ts';

const [parent = '', toolFolder = ''] = process.argv.slice(2);
const confinement = await findConfinement(usualAccounts);
const [{major} = {major: 0}] = await listPostgresTools([toolFolder]);
const tools = await findPostgresServer(major, [toolFolder]);
if (confinement === null || tools === null) throw new Error('no throw-away server can be made here');
const cluster = await startCluster({tools, confinement, parent, tempFileBytes: 1024 ** 2, countsStatements: false});
const client = new pg.Client({...cluster.login('postgres'), ssl: false});
await client.connect();
void client.query('SELECT pg_sleep(600)').catch(() => undefined);
process.stdout.write(`${cluster.directory}\n`);
setInterval(() => undefined, 1000);
