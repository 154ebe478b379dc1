import type { ReactNode } from 'react';
import { BASE } from './base';
import { Header } from './header';
import { Remember } from './remember';
import './shop.css';

export const metadata = { title: 'A shop in Next', icons: { icon: 'data:,' } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <link rel="stylesheet" href={`${BASE}/lists/lists.css`} precedence="default" />
        <Header />
        {children}
        <Remember />
      </body>
    </html>
  );
}
