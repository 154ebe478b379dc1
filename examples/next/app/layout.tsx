import type { ReactNode } from 'react';
import { Header } from './header';
import { Remember } from './remember';
import './shop.css';

export const metadata = { title: 'A shop in Next', icons: { icon: 'data:,' } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Header />
        {children}
        <Remember />
      </body>
    </html>
  );
}
