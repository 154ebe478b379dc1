import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const example = fileURLToPath(new URL('../../examples/vendure/', import.meta.url));
const ADMIN = { username: 'superadmin', password: 'for tests only' };
/** The account that reads orders for the build, and has no other rights. */
const READER = { username: 'reader@example.com', password: 'for tests, too' };

/** The shop of the example, with a new database. */
export class VendureShop {
  readonly origin: string;
  readonly #process: ChildProcess;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #store: string;
  #token = '';

  private constructor(process: ChildProcess, origin: string, environment: NodeJS.ProcessEnv, store: string) {
    this.#process = process;
    this.origin = origin;
    this.#environment = environment;
    this.#store = store;
  }

  /** @throws with the server's output if it ends instead of starting */
  static async start(): Promise<VendureShop> {
    const store = await mkdtemp(join(tmpdir(), 'sidestream-vendure-'));
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const environment = {
      ...process.env,
      PORT: String(port),
      SHOP_URL: origin,
      STORE: store,
      PICTURES: fileURLToPath(new URL('../../public/images/', import.meta.url)),
      ADMIN_PASSWORD: ADMIN.password,
    };
    const child = spawn(process.execPath, ['server/main.mjs'], { cwd: example, env: environment });
    let output = '';
    const started = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data) => {
          output += data;
          if (output.includes(`Shop: ${origin}`)) resolve();
        });
      }
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The shop ended with code ${code}: ${output}`)));
    });
    const shop = new VendureShop(child, origin, environment, store);
    await started.catch(async (error) => {
      await shop.stop();
      throw error;
    });
    await shop.#logIn();
    await shop.#addReader();
    return shop;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.kill()) {
      await new Promise((resolve) => this.#process.once('exit', resolve));
    }
    await rm(this.#store, { recursive: true, force: true });
  }

  /** Runs a step as cron does. @returns its output */
  async catalogue(step: 'build' | 'offers'): Promise<string> {
    const env = { ...this.#environment, ADMIN_USER: READER.username, ADMIN_PASSWORD: READER.password };
    const options = { cwd: example, env };
    return (await promisify(execFile)(process.execPath, ['catalogue.mjs', step], options)).stdout;
  }

  /** A file that the steps have written. */
  read(file: string): Promise<string> {
    return readFile(join(this.#store, file), 'utf8');
  }

  /** Asks the Admin API. `T` is the type of the answer. @throws with its refusals */
  async admin<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    return (await this.#ask<T>(query, variables)).data;
  }

  /** Sets the stock of variants. */
  async setStock(ids: string[], stockOnHand: number): Promise<void> {
    const input = ids.map((id) => ({ id, stockOnHand }));
    await this.admin(
      'mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }',
      { input },
    );
  }

  async #logIn(): Promise<void> {
    const query = `mutation ($username: String!, $password: String!) {
      login(username: $username, password: $password) { ... on CurrentUser { identifier } ... on ErrorResult { message } }
    }`;
    const { token } = await this.#ask(query, ADMIN);
    if (!token) throw new Error('The Admin API gives no token.');
    this.#token = token;
  }

  async #addReader(): Promise<void> {
    const role = { code: 'reader', description: 'Reads orders', permissions: ['ReadOrder'] };
    const { createRole } = await this.admin<{ createRole: { id: string } }>(
      'mutation ($role: CreateRoleInput!) { createRole(input: $role) { id } }',
      { role },
    );
    const { username: emailAddress, password } = READER;
    const reader = { emailAddress, password, firstName: 'A', lastName: 'Reader', roleIds: [createRole.id] };
    await this.admin('mutation ($reader: CreateAdministratorInput!) { createAdministrator(input: $reader) { id } }', {
      reader,
    });
  }

  async #ask<T>(query: string, variables: Record<string, unknown>): Promise<{ data: T; token: string | null }> {
    const response = await fetch(`${this.origin}/admin-api`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors[0].message);
    return { data, token: response.headers.get('vendure-auth-token') };
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
