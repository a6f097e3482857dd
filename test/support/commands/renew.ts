import fs from 'node:fs/promises';
import { LIST_FILE, listCommands, readManifest } from './list.ts';

// npm run commands: writes the list of the commands that are there now.
await fs.writeFile(LIST_FILE, listCommands(await readManifest()));
