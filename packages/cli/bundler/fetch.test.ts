import { afterEach, expect, it } from 'vitest';
import { serve, type TestServer } from '../../../testing/picture-server';
import { publicFetch } from './fetch';

let server: TestServer;
afterEach(() => server.close());

const reason = (answer: Promise<Response>): Promise<string> =>
  answer.then(
    (response) => `answered ${response.status}`,
    (error: Error) => error.message,
  );

it('refuses a redirect into a private network, and follows five at most', async () => {
  server = await serve({
    '/inside': (_, response) => response.writeHead(302, { location: '//127.0.0.2:1/secret' }).end(),
    '/metadata': (_, response) => response.writeHead(301, { location: 'http://169.254.169.254/' }).end(),
    '/file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ...Object.fromEntries(
      Array.from({ length: 7 }, (_, n) => [
        `/hop${n}`,
        (_: unknown, response: import('node:http').ServerResponse) =>
          n === 0 ? response.end('there') : response.writeHead(307, { location: `hop${n - 1}` }).end(),
      ]),
    ),
  });
  const fetch = publicFetch((address) => address === '127.0.0.1');
  const get = (path: string) => fetch(server.base + path, {});
  expect(await reason(get('/inside'))).toMatch(/^127\.0\.0\.2 is not a public address/);
  expect(await reason(get('/metadata'))).toMatch(/^169\.254\.169\.254 is not a public address/);
  expect(await reason(get('/file'))).toMatch(/only http and https/);
  expect(await (await get('/hop5')).text()).toBe('there');
  expect(await reason(get('/hop6'))).toMatch(/more than 5 redirects/);
});

it('returns the same answers as fetch', async () => {
  server = await serve({
    '/none': (_, response) => response.writeHead(304, { etag: '"1"' }).end(),
    '/two': (request, response) => response.writeHead(404, { 'X-Asked': request.headers.accept ?? '' }).end('not here'),
  });
  const fetch = publicFetch(() => true);
  const none = await fetch(`${server.base}/none`, {});
  expect([none.status, none.ok, none.headers.get('etag'), none.body]).toEqual([304, false, '"1"', null]);
  const two = await fetch(`${server.base}/two`, { headers: { accept: 'image/*' } });
  expect([two.status, two.headers.get('x-asked'), await two.text()]).toEqual([404, 'image/*', 'not here']);
  await expect(fetch('http://127.0.0.1:1/', {})).rejects.toMatchObject({
    name: 'TypeError',
    cause: { code: 'ECONNREFUSED' },
  });
});
