/**
 * A program with one session in it, as `b2d ssh` is: a test starts it as a process of its own, with real standard
 * streams. Arguments: port, user, private key file, host key, `terminal` or `plain`, then the command's words.
 */
import fs from 'node:fs';
import { connect } from '../../src/ssh/connect.ts';
import { exec, shell } from '../../src/ssh/exec.ts';

const [port, user = '', keyFile = '', hostKey = '', mode, ...command] = process.argv.slice(2);
const connection = await connect({ port: Number(port), user, privateKey: fs.readFileSync(keyFile, 'utf8'), hostKey, timeoutMs: 20_000 });
const options = { streams: process, terminal: mode === 'terminal', ...(process.env['TERM'] && { term: process.env['TERM'] }) };
process.exitCode = await (command.length === 0 ? shell(connection, options) : exec(connection, command, options));
connection.close();
