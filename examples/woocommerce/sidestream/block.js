// The block in the editor: its settings, and outlines of cards, because only a shopper's browser knows their products.
(({ blocks, blockEditor, components, element, i18n }, { placements, layouts, ready }) => {
  const { createElement: el, Fragment } = element;
  const { __ } = i18n;
  const options = (names) => Object.entries(names).map(([value, label]) => ({ value, label }));
  const card = (key) =>
    el(
      'div',
      { key, style: { flex: '0 0 7rem' } },
      el('div', { style: { aspectRatio: '1', borderRadius: '0.75rem', background: 'currentColor', opacity: 0.12 } }),
      el('div', { style: { height: '0.6rem', margin: '0.5rem 2rem 0 0', background: 'currentColor', opacity: 0.2 } }),
    );

  function Edit({ attributes, setAttributes }) {
    const { placement, heading, limit, layout, addToCart, dismissible } = attributes;
    const set = (name) => (value) => setAttributes({ [name]: value });
    const { SelectControl, TextControl, RangeControl, ToggleControl, PanelBody, Notice } = components;
    return el(
      Fragment,
      null,
      el(
        blockEditor.InspectorControls,
        null,
        el(
          PanelBody,
          { title: __('List', 'sidestream') },
          el(SelectControl, {
            label: __('Kind of list', 'sidestream'),
            help: __('Lists about a product appear on pages of products.', 'sidestream'),
            value: placement,
            options: options(placements),
            onChange: set('placement'),
          }),
          el(TextControl, { label: __('Heading', 'sidestream'), value: heading, onChange: set('heading') }),
          el(RangeControl, {
            label: __('Number of products', 'sidestream'),
            value: limit,
            min: 2,
            max: 24,
            onChange: set('limit'),
          }),
          el(SelectControl, {
            label: __('Layout', 'sidestream'),
            value: layout,
            options: options(layouts),
            onChange: set('layout'),
          }),
          el(ToggleControl, {
            label: __('“Add to cart” on the cards', 'sidestream'),
            checked: addToCart,
            onChange: set('addToCart'),
          }),
          el(ToggleControl, {
            label: __('“Not interested” on the cards', 'sidestream'),
            checked: dismissible,
            onChange: set('dismissible'),
          }),
        ),
      ),
      el(
        'div',
        blockEditor.useBlockProps(),
        ready ||
          el(
            Notice,
            { status: 'warning', isDismissible: false },
            __('Enter the address of the bundle under Settings, Sidestream.', 'sidestream'),
          ),
        el('h2', null, heading || placements[placement]),
        el(
          'div',
          {
            'aria-hidden': true,
            style: {
              display: 'flex',
              gap: '1rem',
              overflow: 'hidden',
              flexWrap: layout === 'grid' ? 'wrap' : 'nowrap',
            },
          },
          Array.from({ length: limit }, (_, n) => card(n)),
        ),
      ),
    );
  }

  blocks.registerBlockType('sidestream/recommendations', { edit: Edit, save: () => null });
})(window.wp, window.sidestreamBlock);
