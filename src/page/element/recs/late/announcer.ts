let region: HTMLElement | undefined;

/**
 * Adds the page's one live region, early: browsers only announce changes of a region they already know. A second copy of the
 * package reuses the region of the first.
 */
export function prepareAnnouncer(): void {
  if (region?.isConnected) return;
  region = document.querySelector<HTMLElement>('[data-sidestream=announcer]') ?? document.createElement('div');
  if (region.isConnected) return;
  region.setAttribute('role', 'status');
  region.dataset.sidestream = 'announcer';
  // Out of sight but not `display: none`, which would silence it. Set through the CSSOM, because a policy may bar style attributes.
  Object.assign(region.style, {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  });
  document.body.append(region);
}

/** Announces `message` to screen readers, politely. */
export function announce(message: string): void {
  prepareAnnouncer();
  if (region) region.textContent = message;
}
